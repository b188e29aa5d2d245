"""Tables from Statistisk sentralbyrå that the municipality saves itself: recognising and reading them."""
