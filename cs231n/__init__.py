"""Support code of the GAN assignment. Students edit `gan_pytorch.py` and nothing else."""
