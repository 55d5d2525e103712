"""What survives the loss of a pod, a node or a disk."""
