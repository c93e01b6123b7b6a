"""Random walks over generated diagrams, ours beside the library as it is. `make walks N= SEED=`."""
