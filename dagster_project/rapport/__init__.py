"""The monthly report: what it says (innhold, seksjoner), and how it is drawn (figur, html, pdf)."""
