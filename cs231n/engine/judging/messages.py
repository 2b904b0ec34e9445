"""What a check says. One table; each sentence is plain, exact and free of measured figures."""

from cs231n.engine.schema import Finding

SENTENCES = {
    # nothing to judge
    "not_attempted": "{task} still raises NotImplementedError: replace that line with your code.",
    "missing": "There is no {task} in the file. Write it again with exactly this name.",
    "crashed": "An exception in {where}: {error}.",
    "timed_out": "It did not finish within {limit}. Look for a loop that never ends.",
    "stopped": "The Python process ended while this task ran ({how}).",
    # networks
    "none_returned": "The function returned None. Did you forget `return`?",
    "not_a_network": "Expected a network (an nn.Module), found {found}.",
    "wrong_device": "The network's weights are on the device {found}. Build it without naming a "
    "device: whoever trains it moves it.",
    "parameters_differ": "The parameters do not have the shapes that the text asks for.",
    "values_differ": "{right}/{all} parameter tensors have the right shape, but the outputs "
    "differ.{place}",
    "no_output": "The network's forward returned {found} instead of a tensor. Did you forget "
    "`return`?",
    "gradients_differ": "The outputs are right, but the gradient is not: {where}.",
    "random": "The same input gives another output each time. Does it contain Dropout or noise? "
    "The text asks for neither.",
    "shared": "The network is right, but each call returns the same one. Build a new network "
    "inside the function, or the second GAN starts from the weights of the first.",
    "wrong_shape": "The values are right, but the shape is {found}; the text asks for {expected}.",
    "wrong_output_shape": "The output has shape {found}; the text asks for {expected}.",
    "running_statistics": "The outputs are right, but the running statistics of BatchNorm are not "
    "what PyTorch's defaults (momentum 0.1, track_running_stats) give.",
    "part_wrong": "The network is right, but {part}() does not give the layers that it runs.",
    "part_children": "{part}() gives {found} modules in a row; the text counts {expected}. The "
    "function is the same.",
    "wrong_defaults": "Right where all sizes are given, but not where none is. Keep the default "
    "values that the arguments have in the text.",
    "parts_wrong": "Right in itself; but what it is built of is not. See {parts}.",
    # losses
    "not_a_tensor": "Expected a tensor, found {found}. Only a tensor has the gradient that "
    "training needs.",
    "not_a_scalar": "Expected one number, found a tensor of shape {found}. Take the mean over the "
    "batch.",
    "loss_differs": "The value of the loss is not right.",
    "no_gradient": "The value is right, but it has no gradient. Do not use .item(), .detach(), "
    "torch.no_grad() or NumPy in a loss.",
    "loss_gradient_differs": "The value is right, but its gradient on {where} is not.",
    "unstable_30": "Right for small scores, but inf, nan or wrong already for scores of 30, which "
    "occur in training. Compute from the scores themselves, never from log(sigmoid(score)).",
    "unstable_1000": "Right for ordinary scores, but inf, nan or wrong for scores of 1000. Compute "
    "from the scores themselves, never from exp(score) or log(sigmoid(score)).",
    "only_public": "Right for the values of the public checks, but not for other values or sizes. "
    "Is there a number in the code that should come from the arguments or from their shape?",
    # losses of two networks
    "generator_touched": "The value is right, but its gradient also reaches the generator. Cut the "
    "fakes off from its graph: in this step only the discriminator learns.",
    "left_frozen": "The value is right, but afterwards {where} cannot learn any more: "
    "requires_grad is off and stays off. Switch it on again before the function returns.",
    "own_criterion": "Right with the binary cross-entropy, but not with another criterion. Use the "
    "one that the function is given.",
    "fixed_device": "It fails where the networks are on another device. Make noise on the device "
    "that it is given, and labels with torch.ones_like or torch.zeros_like of the scores.",
    "loss_noise": "The generator is not given standard normal noise.",
    "loss_noise_size": "The generator is given noise of shape {found}; the arguments ask for "
    "{expected}.",
    # noise
    "noise_shape": "Expected shape {expected}, found {found}.",
    "noise_dtype": "Expected dtype torch.float32, found {found}.",
    "not_uniform": "The numbers are not spread uniformly over (-1, 1).",
    "not_normal": "The numbers are not spread as the standard normal distribution: mean 0, "
    "standard deviation 1.",
    "noise_device": "It does not make the numbers on the device that it is given; pass the "
    "argument device on.",
    "repeated": "The numbers repeat themselves: each call must give new noise, unless it is given "
    "a seed.",
    "dependent": "Neighbouring numbers depend on each other; they must be drawn independently.",
    "seed_ignored": "The same seed must give the same noise, and different seeds different noise.",
    "no_seed_argument": "It cannot be called with seed=...; the text asks for that argument.",
    # optimizers
    "not_an_optimizer": "Expected an optimizer, found {found}.",
    "steps_differ": "After the same gradients the weights moved differently. The text asks for "
    "{asks}.",
    # remarks, which cost nothing
    "flat_scores": "The scores have shape (N,) instead of (N, 1). Right here; but together with "
    "labels of shape (N, 1) it would broadcast to (N, N).",
    "fixed_batch": "It works for batches of {found} only. Right here; but a network should not "
    "care: use -1 or x.shape[0] instead of the number.",
    "unused_parameters": "It has parameters that the text does not ask for and that do not change "
    "its output.",
    "fewer_parameters": "It has fewer parameters than the text asks for and computes the same: a "
    "bias before BatchNorm has no effect.",
    "eval_differs": "In eval mode it differs from what PyTorch's layers give. It is only ever "
    "trained here, so this costs nothing.",
    "broadcast": "Somewhere two shapes broadcast to (N, N), as (N, 1) with (N,) does. The mean is "
    "right by luck, but it takes N times the memory.",
    "changed": "It changes its argument in place. Copy it first.",
    "remark_float64": "It is not right for float64 scores. Make labels with "
    "torch.ones_like(scores) and they have the type of the scores.",
    "remark_device": "It makes a tensor on a fixed device and fails where scores are on another. "
    "Make labels with torch.ones_like(scores).",
    "remark_flat": "It does not accept scores of shape (N,).",
    "remark_unequal": "It assumes as many real images as generated ones.",
    "remark_seed_zero": "Seed=0 is not treated as a seed: `if seed:` is false for 0. Write "
    "`if seed is not None:`.",
    # files
    "unreadable": "The file cannot be read by Python, line {line}: {error}",
    "import_failed": "The file stopped while it was imported, line {line}: {error}",
    "no_file": "{reason}",
}


def say(code: str, details=(), remark: bool = False, **words) -> Finding:
    """The finding with this code.

    Args:
        code: a key of SENTENCES.
        details: lines below the sentence; figures go here.
        remark: True if it costs nothing.
        words: what the sentence leaves open.
    """
    return Finding(code, SENTENCES[code].format(**words), tuple(details), remark)


def numbers(array, count: int = 4) -> str:
    """The first few numbers of an array, for a line of details."""
    head = [f"{float(x):.6g}" for x in array.reshape(-1)[:count]]
    return "[" + " ".join(head) + (" ...]" if array.size > count else "]")


def expected_and_got(want, got) -> tuple[str, ...]:
    """Two lines, one above the other."""
    return (f"expected  {numbers(want)}", f"got       {numbers(got)}")


def shape(dims) -> str:
    """A shape as Python writes it."""
    return "(" + ", ".join(map(str, dims)) + ("," if len(dims) == 1 else "") + ")"


def shape_table(want: list, got: list) -> tuple[str, ...]:
    """Expected and found parameter shapes side by side; the first difference is marked.

    Args:
        want, got: shapes grouped by module, as an observation lists them.
    """
    left = [shape(s) for group in want for s in group]
    right = [shape(s) for group in got for s in group]
    if sorted(left) != sorted(right):
        rows, marked = [f"{'':2}{'expected':<20}found"], False
        for index in range(max(len(left), len(right))):
            a = left[index] if index < len(left) else "-"
            b = right[index] if index < len(right) else "-"
            mark = "" if a == b or marked else "  <- first difference"
            marked = marked or a != b
            if index < 16:
                rows.append(f"{'':2}{a:<20}{b}{mark}")
        return tuple(rows)
    return ()
