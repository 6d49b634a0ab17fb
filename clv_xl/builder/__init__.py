"""The builder: what every template needs to be a document that finance can audit.

A template says what its sheets hold; this room knows how a workbook looks, how it is checked, written and finished.
"""
