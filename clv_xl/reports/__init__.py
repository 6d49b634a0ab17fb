"""The report: from an order log to a workbook for a review.

    figures = gather(cleaned, source, "month")
    workbook = build(figures)

Figures come from the log and are written as values; whatever follows from figures that are shown is a live formula.
"""
