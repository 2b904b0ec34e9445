"""The file prints and builds networks when it is imported. That is untidy, but costs
nothing.

"""

print("Using device", "cuda" if torch.cuda.is_available() else "cpu")
D = discriminator()
G = generator()
print(D)
print(G)
print("parameters:", count_params(D), count_params(G))
