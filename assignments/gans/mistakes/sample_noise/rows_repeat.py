"""Each row repeats the numbers of the row 50 places before it, in another order. All numbers must be drawn independently.

Loses: sample_noise 5
Explains: same numbers again
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    rows = 2 * torch.rand(min(batch_size, 50), dim) - 1
    blocks = [rows[:, torch.randperm(dim)] for _ in range(-(-batch_size // len(rows)))]
    return torch.cat(blocks)[:batch_size]
