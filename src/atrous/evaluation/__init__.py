"""How good the labels are: confusion matrix, IoU per class, scores over a data set."""
