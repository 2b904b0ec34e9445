"""The sentences of a check, by code. Each names first what is wrong in the student's code."""

from collections.abc import Iterable, Sequence

from cs231n.engine.schema import Array, ErrorFacts, Finding, Lost, Shape

MAX_ROWS = 16  # of a table of shapes

SENTENCES = {
    # nothing to judge
    "not_attempted": "{task} still raises NotImplementedError. Replace that line with your code "
    "and save the file.",
    "calls_unwritten": "{task} uses {other}, which still raises NotImplementedError. Write {other} "
    "first and save the file.",
    "missing": "The file defines no {task}. Define it with exactly this name and save the file.",
    "crashed": "{where} raised {error}.",
    "timed_out": "Your code did not finish within {limit}. Look for a loop that never ends.",
    "stopped": "The Python process ended while this task ran ({how}).",
    # networks
    "none_returned": "Your function returned None. Did you forget `return`?",
    "not_a_network": "Your function returned {found}; it must return a network (an nn.Module).",
    "wrong_device": "Your function puts the network on the device {found}. Build it without naming "
    "a device; the training loop moves it.",
    "parameters_differ": "The parameters of your network do not have the shapes that the "
    "assignment asks for.",
    "values_differ": "Your network computes wrong outputs, although all {count} parameter tensors "
    "have the right shape. Check the activations, their settings and the order of the layers."
    "{place}",
    "no_output": "The forward method of your network returned {found} instead of a tensor. Did you "
    "forget `return`?",
    "gradients_differ": "The gradients of your network are wrong, although its outputs are right: "
    "{where}.",
    "random": "Your network returns different outputs for the same input. Remove Dropout or noise; "
    "the assignment asks for neither.",
    "later_pass_differs": "Your network is right in its first pass, but not in later ones with the "
    "same weights and the same input. Remove what counts calls or keeps values from one call to "
    "the next.",
    "later_call_differs": "Your loss is right in its first call, but not in later ones with the "
    "same scores. Remove what counts calls or keeps values from one call to the next.",
    "gradients_kept": "zero_grad() of your optimizer does not clear the gradients of all "
    "parameters. Return the optimizer of torch.optim without changes.",
    "model_frozen": "Your function leaves parameters of the network frozen (requires_grad is off), "
    "so they cannot learn. Switch it on again.",
    "model_in_eval_mode": "Your function leaves the network in eval mode, in which BatchNorm does "
    "not use the batch. Do not change the mode.",
    "left_in_eval_mode": "Your function leaves {where} in eval mode, although training continues. "
    "Call .train() before the function returns, or do not change the mode. The value is right.",
    "reseeds": "Your {what} sets the seed of the random numbers, so the noise that is drawn after "
    "it is the same in each step of training, or cannot be repeated. Remove the seed.",
    "parameters_hidden": "parameters() of your network leaves out parameters that the network "
    "uses, so an optimizer does not train them. Do not override parameters().",
    "shared": "Your function returns the same network at every call. Build a new one inside the "
    "function; otherwise the second GAN starts from the weights of the first. The network itself "
    "is right.",
    "wrong_shape": "Your output has shape {found}; the assignment asks for {expected}. The values "
    "are right.",
    "wrong_output_shape": "Your output has shape {found}; the assignment asks for {expected}.",
    "running_statistics": "Your BatchNorm layers keep the wrong running statistics. Use PyTorch's "
    "defaults (momentum 0.1, track_running_stats). The outputs are right.",
    "part_wrong": "{part}() does not return the layers that your network runs. Return that module. "
    "The network itself is right.",
    "part_children": "{part}() returns {found} modules in a row; the assignment counts {expected}. "
    "The function is the same.",
    "wrong_defaults": "Your arguments have other default values than in the assignment. Restore "
    "them. With all sizes given, the network is right.",
    "parts_wrong": "This function is correct, but it uses {parts}, which {verb} not correct yet.",
    # losses
    "not_a_tensor": "Your function returned {found}; it must return a tensor. Do not convert the "
    "result with .item() or .numpy().",
    "not_a_scalar": "Your loss has shape {found}; it must be one number. Take the mean over the "
    "batch.",
    "loss_differs": "Your loss has the wrong value.",
    "no_gradient": "Your loss has no gradient, although its value is right. Do not use .item(), "
    ".detach(), torch.no_grad() or NumPy in a loss.",
    "loss_gradient_differs": "The gradient of your loss with respect to {where} is wrong, although "
    "its value is right.",
    "unstable_30": "Your loss is inf, NaN or wrong for scores of 30, which occur in training. "
    "Compute it from the scores themselves, never from log(sigmoid(score)). For small scores it is "
    "right.",
    "unstable_1000": "Your loss is inf, NaN or wrong for scores of 1000. Compute it from the "
    "scores themselves, never from exp(score) or log(sigmoid(score)). For ordinary scores it is "
    "right.",
    "only_public": "Your code is right for the values of the public checks, but wrong for other "
    "values or sizes. Look for a fixed number that should come from the arguments or their shapes.",
    # losses of two networks
    "generator_touched": "The gradient of your loss also reaches the generator. Detach the "
    "generated images from its graph: in this step only the discriminator learns. The value is "
    "right.",
    "left_frozen": "Your function leaves {where} frozen: requires_grad stays off, so it cannot "
    "learn any more. Switch it on again before the function returns. The value is right.",
    "own_criterion": "Your loss does not use the criterion that the function is given. Call that "
    "criterion; with the binary cross-entropy the value is right.",
    "fixed_device": "Your function fails if the networks are on another device. Create the noise "
    "on the device that the function is given, and the labels with torch.ones_like or "
    "torch.zeros_like of the scores.",
    "loss_noise": "Your function does not give the generator standard normal noise.",
    "loss_noise_size": "Your function gives the generator noise of shape {found}; the arguments "
    "ask for {expected}.",
    # noise
    "noise_shape": "Your noise has shape {found}; the arguments ask for {expected}.",
    "noise_dtype": "Your noise has dtype {found}; it must be torch.float32.",
    "not_uniform": "Your numbers are not spread uniformly over (-1, 1).",
    "not_normal": "Your numbers do not follow the standard normal distribution (mean 0, standard "
    "deviation 1).",
    "noise_device": "Your function does not create the numbers on the device that it is given. "
    "Pass the argument device on.",
    "repeated": "Your function returns the same numbers again. Draw new noise in each call, and "
    "set a seed only if the function is given one.",
    "dependent": "The numbers of your noise depend on each other: rows, columns or calls repeat, "
    "mirror or balance one another. Draw all numbers independently.",
    "seed_ignored": "Your function does not use its seed correctly: the same seed must lead to the "
    "same noise, and different seeds to different noise.",
    "no_seed_argument": "Your function cannot be called with seed=...; add that argument.",
    # optimizers
    "not_an_optimizer": "Your function returned {found}; it must return an optimizer.",
    "steps_differ": "Your optimizer moves the weights differently. The assignment asks for "
    "{requirement}.",
    # remarks, which cost nothing
    "flat_scores": "Your scores have shape (N,) instead of (N, 1). That works here, but together "
    "with labels of shape (N, 1) it would broadcast to (N, N).",
    "fixed_batch": "Your network works only for batches of {found}. That is enough here; with -1 "
    "or x.shape[0] instead of the number it works for all sizes.",
    "unused_parameters": "Your network has parameters that the assignment does not ask for and "
    "that do not change its output.",
    "fewer_parameters": "Your network has fewer parameters than the assignment asks for and "
    "computes the same: a bias before BatchNorm has no effect.",
    "eval_differs": "In eval mode your network differs from PyTorch's layers. It is only trained "
    "here, so this costs nothing.",
    "broadcast": "Two shapes in your function broadcast to (N, N), as (N, 1) with (N,) does. The "
    "mean is still right, but it needs N times the memory.",
    "changed": "Your function changes its argument in place. Copy it first.",
    "remark_float64": "Your loss is wrong for float64 scores. Create labels with "
    "torch.ones_like(scores), so that they have the dtype of the scores.",
    "remark_device": "Your function creates a tensor on a fixed device and fails for scores on "
    "another one. Create labels with torch.ones_like(scores).",
    "remark_flat": "Your function does not accept scores of shape (N,).",
    "remark_unequal": "Your function assumes as many real images as generated ones.",
    "remark_seed_zero": "Your function ignores seed=0, because `if seed:` is false for 0. Write "
    "`if seed is not None:`.",
    # files
    "unreadable": "Python cannot read the file; line {line}: {error}",
    "import_failed": "Importing the file failed in line {line}: {error}",
    "no_file": "{reason}",
    "unreadable_task": "Python cannot read your {task}; line {line}: {error}. Correct that line. "
    "The code around it was judged.",
    "task_not_defined": "The file defines no {task}, because line {line} failed while the file was "
    "imported: {error}. Correct that line.",
    "name_lost": "Your {task} needs {name}, which does not exist, because line {line} failed or "
    "cannot be read: {error}. Correct that line.",
    "overwritten": "{place} gives the name {task} another value. The checks ran that value, not "
    "your function of line {first}. Give the value another name.",
    "defined_again": "Line {line} defines {task} again, so that your function of line {first} is "
    "not used. Remove one of the two.",
    "line_failed": "Line {line} failed while the file was imported: {error}. The rest of the file "
    "was run and judged.",
    "code_skipped": "Python cannot read the code at line {line}: {error}. The code around it was "
    "run and judged.",
    "odd_file": "Line {line}: {error}.",
    "package_absent": "Line {line} imports {error}, which is not installed where your file is "
    "graded. The import succeeds there, but a function that uses the package fails.",
    "uncompiled": "Your code of line {line} was run without torch.compile. It computes the same.",
}


def say(code: str, details: Iterable[str] = (), /, **words: object) -> Finding:
    """Return the finding with this code.

    Args:
        code: a key of SENTENCES.
        details: lines below the sentence; figures go here.
        words: what the sentence leaves open.
    """
    return Finding(code, SENTENCES[code].format(**words), tuple(details))


def explain_lost(lost: Lost) -> Finding:
    """Return the finding on a task that could not be observed."""
    return say(lost.code, lost.details, **lost.words)


def import_failure(error: ErrorFacts) -> Lost:
    """Return what to say of every task of a file that cannot be imported."""
    ran = error.line is not None and error.caret is None
    line = str(error.line or "unknown")
    return Lost(
        outcome="import_error",
        code="import_failed" if ran else "unreadable",
        words={"line": line, "error": f"{error.type}: {error.message}"},
        details=_source_lines(error),
        note=f"the file cannot be imported: line {line}, {error.type}: {error.message}",
    )


def _source_lines(error: ErrorFacts) -> tuple[str, ...]:
    """Return the line that failed, and for a syntax error a caret below the place."""
    if not error.text:
        return ()
    text = error.text.rstrip()
    indent = len(text) - len(text.lstrip())
    if not error.caret:
        return (text.strip(),)
    return text.strip(), " " * max(0, error.caret - 1 - indent) + "^"


def format_numbers(array: Array, count: int = 4) -> str:
    """Return the first few numbers of an array, for a line of details."""
    head = [f"{float(x):.6g}" for x in array.reshape(-1)[:count]]
    return "[" + " ".join(head) + (" ...]" if array.size > count else "]")


def expected_and_found(want: Array, got: Array) -> tuple[str, ...]:
    """Return two lines, the expected and the found numbers."""
    return (f"expected  {format_numbers(want)}", f"found     {format_numbers(got)}")


def format_shape(shape: Sequence[int]) -> str:
    """Return a shape as Python writes it."""
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def shape_table(want: Sequence[Sequence[Shape]], got: Sequence[Sequence[Shape]]) -> tuple[str, ...]:
    """Return expected and found parameter shapes side by side, with the first difference marked.

    Args:
        want: expected shapes, grouped by module.
        got: shapes found, grouped by module.
    """
    left = [format_shape(s) for group in want for s in group]
    right = [format_shape(s) for group in got for s in group]
    if sorted(left) == sorted(right):
        return ()
    count = max(len(left), len(right))
    left += ["-"] * (count - len(left))
    right += ["-"] * (count - len(right))
    first = next(i for i in range(count) if left[i] != right[i])
    start = max(0, min(first - MAX_ROWS // 2, count - MAX_ROWS))
    rows = [f"{'':2}{'expected':<20}found"]
    rows += [f"{'':2}... {start} equal rows"] if start else []
    for i in range(start, min(start + MAX_ROWS, count)):
        mark = "  <- first difference" if i == first else ""
        rows.append(f"{'':2}{left[i]:<20}{right[i]}{mark}")
    return tuple(rows)
