"""The Excel workbook for controllers: what is published, with real types, charts and where each figure is from."""
