"""Every question and its answer, kept on this machine: the store, the list, the exports."""
