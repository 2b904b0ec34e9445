"""Hints: the first one starts from the mistake just made, the others come from the assignment."""

from cs231n.engine.schema import Verdict

# What to look at after a finding, by its code. A hint never contains code.
QUESTIONS = {
    "crashed": "Which sizes do the tensors have in that line, and which sizes does it need?",
    "timed_out": "Which loop of your function has no end?",
    "parameters_differ": "In which row do the shapes first differ, and which layer of yours "
    "makes the parameters in that row?",
    "values_differ": "The sizes are right, so look at what has no parameters: the activations, "
    "their slopes, and the order of the layers.",
    "wrong_shape": "Which operation of yours makes the first axis that differs?",
    "wrong_output_shape": "Which operation of yours makes the first axis that differs?",
    "loss_differs": "Compute the loss by hand for one real and one generated image with score 0, "
    "and compare it with the result of your function.",
    "loss_gradient_differs": "Which part of your loss should depend on this input, and how?",
    "not_uniform": "What are the smallest and the largest number that your function can return?",
    "steps_differ": "Which arguments do you pass to the optimizer, and which does the assignment "
    "name?",
}
DEFAULT_QUESTION = "Which line of your function leads to this?"


def first_hint(verdict: Verdict | None) -> str:
    """Return a hint that starts from the last check of a task, or "" if it found no mistake."""
    findings = [f for f in verdict.findings if not f.remark] if verdict else []
    if not findings or verdict.status in ("passed", "not_attempted"):
        return ""
    questions = (QUESTIONS[f.code] for f in findings if f.code in QUESTIONS)
    return f"{findings[0].text} {next(questions, DEFAULT_QUESTION)}"
