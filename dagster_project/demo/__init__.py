"""Made-up municipalities, persons and accounts: the deliveries that show and measure the warehouse."""
