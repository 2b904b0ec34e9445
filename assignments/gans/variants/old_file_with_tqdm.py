"""A whole file that takes all from the modules around it, shows a progress bar and trains
at import.

Remarks: remark_device, remark_unequal
"""
# whole file
import os
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
import torchvision
from PIL import Image
from torch import nn, optim
from torchvision import datasets, transforms

try:
    from tqdm import tqdm
except ImportError:
    tqdm = iter

from cs231n.layers import *
from cs231n.training import count_params

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.set_default_dtype(torch.float32)
dtype = torch.FloatTensor


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.FloatTensor(batch_size, dim).uniform_(-1, 1)


class Discriminator(nn.Module):
    def __init__(self, in_dim=784, hidden=256, slope=0.01):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(in_dim, hidden), nn.LeakyReLU(slope), nn.Linear(hidden, hidden), nn.LeakyReLU(slope), nn.Linear(hidden, 1)
        )

    def forward(self, x):
        return self.layers(x.view(x.size(0), -1))


def discriminator(seed=None):
    return Discriminator().to(device)


def generator(noise_dim=96, seed=None):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 784), nn.Tanh()
    ).to(device)


def discriminator_loss(logits_real, logits_fake):
    loss_fn = nn.BCEWithLogitsLoss().to(device)
    ones = torch.ones(logits_real.shape, device=device)
    return loss_fn(logits_real, ones) + loss_fn(logits_fake, torch.zeros_like(ones))


def generator_loss(logits_fake):
    return nn.BCEWithLogitsLoss()(logits_fake, torch.ones(logits_fake.shape, device=device))


def get_optimizer(model):
    return optim.Adam(model.parameters(), betas=(0.5, 0.999))


def ls_discriminator_loss(scores_real, scores_fake):
    return (torch.pow(scores_real - 1, 2).mean() + torch.pow(scores_fake, 2).mean()) / 2


def ls_generator_loss(scores_fake):
    return torch.pow(scores_fake - 1, 2).mean() / 2


def build_dc_classifier(batch_size):
    return nn.Sequential(
        nn.Conv2d(1, 32, 5), nn.LeakyReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 5), nn.LeakyReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1024, 1024), nn.LeakyReLU(), nn.Linear(1024, 1),
    ).to(device)


def build_dc_generator(noise_dim=96):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), nn.BatchNorm1d(1024),
        nn.Linear(1024, 7 * 7 * 128), nn.ReLU(), nn.BatchNorm1d(7 * 7 * 128),
        Unflatten(C=128, H=7, W=7),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(), Flatten(),
    ).to(device)


start = time.time()
net, opt = discriminator(), None
opt = get_optimizer(net)
for step in tqdm(range(2)):
    opt.zero_grad()
    discriminator_loss(net(torch.randn(4, 1, 28, 28)), net(torch.randn(4, 784))).backward()
    opt.step()
print("took", time.time() - start)
