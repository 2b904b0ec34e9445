import html
import io
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cs231n import display
from cs231n.display import image_grid, images_figure, rows_figure, show_images
from cs231n.training import History, watch
from cs231n.training import live_figure as live
from helpers.browser import keep_picture, open_page
from helpers.screen import Screen, picture


@pytest.fixture
def screen(monkeypatch):
    return Screen(monkeypatch)


def records(n: int, fail_at: int | None = None, error=KeyboardInterrupt):
    """Records as `train_gan` gives them: losses 2/step and 1/step, samples every third step."""
    for step in range(1, n + 1):
        if step == fail_at:
            raise error
        yield SimpleNamespace(
            step=step,
            epoch=1,
            total=n,
            d_loss=torch.tensor(2.0 / step),
            g_loss=torch.tensor(1.0 / step),
            d_real=torch.tensor(0.5),
            d_fake=torch.tensor(-0.5),
            samples=torch.full((16, 784), step / n) if step % 3 == 1 else None,
            note="",
        )


def test_image_grid_places_the_images_row_by_row():
    """Five images make two rows of three; the empty place and the gaps are not a value."""
    images = torch.arange(5.0).reshape(5, 1, 1, 1).expand(5, 1, 28, 28) / 4
    grid = image_grid(images)
    assert grid.shape == (60, 90)
    centres = grid[15::30, 15::30]
    np.testing.assert_allclose(centres, [[0, 0.25, 0.5], [0.75, 1, np.nan]])
    assert np.isnan(grid[0]).all() and np.isnan(grid[:, 29:31]).all()


def test_image_grid_knows_both_ranges():
    """Values below zero mean [-1, 1]; a constant image in [0, 1] keeps its brightness."""
    assert image_grid(np.full((1, 784), 0.25))[15, 15] == 0.25
    mixed = np.stack([np.full(784, -1.0), np.full(784, 0.5)])
    np.testing.assert_allclose(image_grid(mixed)[15, 15::30], [0, 0.75])


@pytest.mark.parametrize("shape", [(4, 784), (4, 28, 28), (4, 1, 28, 28)])
def test_image_grid_takes_every_common_shape(shape):
    """Rows, planes and images, tensors with gradients and arrays all give the same grid."""
    array = np.linspace(0, 1, 4 * 784, dtype=np.float32)
    tensor = torch.tensor(array, requires_grad=True).reshape(shape)
    np.testing.assert_array_equal(image_grid(tensor), image_grid(array.reshape(shape)))


def test_image_grid_refuses_other_shapes():
    """Images of another size are an error that gives the shape."""
    with pytest.raises(ValueError, match=r"found \(2, 3, 32, 32\); reshape"):
        image_grid(np.zeros((2, 3, 32, 32)))


def test_image_grid_of_nothing_is_empty():
    """No images give one empty place, not an error."""
    assert np.isnan(image_grid(np.zeros((0, 784)))).all()


def test_figure_draws_white_as_white():
    """Pixels of value 1 come out white and pixels of value 0 black."""
    figure = images_figure(np.stack([np.ones(784), np.zeros(784)]))
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    h, w = pixels.shape[:2]
    assert (pixels[h // 2, w // 4] == 255).all() and (pixels[h // 2, 3 * w // 4] == 0).all()


def test_show_images_does_nothing_outside_of_a_notebook(capsys):
    """Without a kernel show_images returns None and writes nothing."""
    assert show_images(np.zeros((4, 784))) is None
    assert capsys.readouterr() == ("", "")


def test_show_images_has_a_text_alternative(screen):
    """The picture is a PNG whose alt text, escaped, stands in the HTML and in the metadata."""
    show_images(np.zeros((4, 784)), title='"x" < y')
    [[(bundle, metadata)]] = screen.outputs
    assert picture(bundle).startswith(b"\x89PNG")
    assert 'width="288" height="310" style="max-width:100%;height:auto"' in bundle["text/html"]
    alt = html.unescape(re.search(r'alt="([^"]*)"', bundle["text/html"]).group(1))
    assert alt == '"x" < y: 4 images in a square grid.'
    assert alt == metadata["image/png"]["alt"] == bundle["text/plain"]


def test_watch_returns_the_history():
    """The history holds every step's numbers and the samples with their steps."""
    history = watch(records(7))
    np.testing.assert_allclose(history.d_loss, 2 / np.arange(1, 8), rtol=1e-6)
    np.testing.assert_allclose(history.g_loss, 1 / np.arange(1, 8), rtol=1e-6)
    assert (history.d_real == 0.5).all() and (history.d_fake == -0.5).all()
    assert history.sample_steps == (1, 4, 7) and history.samples[1].shape == (16, 784)
    assert not history.interrupted and "7 steps" in repr(history)


def test_watch_of_nothing_returns_an_empty_history(screen):
    """A training without steps is no error and draws nothing."""
    history = watch(records(0))
    assert history.d_loss.shape == (0,) and screen.outputs == []


def test_watch_uses_one_figure_and_one_line(screen):
    """However often it draws, there are two outputs: a line of text and a picture with alt."""
    watch(records(5), title="LSGAN", every=0.0)
    assert len(screen.outputs) == 2
    lines, figures = screen.outputs
    assert len(lines) == len(figures) >= 2
    last, _ = lines[-1]
    assert last["text/plain"].startswith("step 5 of 5 · epoch 1 · d_loss 0.913 · g_loss 0.457")
    assert "done after" in last["text/plain"] and "s left" in lines[0][0]["text/plain"]
    bundle, metadata = figures[-1]
    assert picture(bundle).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"].startswith(
        "LSGAN, 16 samples, both losses and mean scores. step 5"
    )


def test_text_alternative_counts_the_samples(screen):
    """A loop may show another number of images than sixteen."""
    several = list(records(3))
    for record in several:
        record.samples = torch.zeros(25, 784)
    watch(several)
    _, metadata = screen.outputs[1][-1]
    assert ", 25 samples, both losses and mean scores. step 3" in metadata["image/png"]["alt"]


def test_watch_is_throttled_and_keeps_the_last_state(screen):
    """With a long pause between drawings there is just the one at the end, and it is complete."""
    watch(records(50), every=1e6)
    lines, figures = screen.outputs
    assert len(lines) == len(figures) == 1
    assert lines[0][0]["text/plain"].startswith("step 50 of 50")


@pytest.mark.parametrize(("cost", "least", "most"), [(0.01, 9, 11), (0.5, 3, 3), (5.0, 1, 1)])
def test_drawing_takes_at_most_a_tenth_of_the_time(screen, monkeypatch, cost, least, most):
    """Ten seconds of training are drawn once a second; less often where drawing is slow."""
    now, updates = [0.0], []

    def slow_records():
        for record in records(100):
            now[0] += 0.1
            yield record

    def update(figure, log, state=""):
        now[0] += cost
        updates.append(state)

    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(live.LiveFigure, "update", update)
    watch(slow_records())
    assert updates.pop() == "done" and least <= len(updates) <= most


def test_interrupting_keeps_what_was_trained(screen):
    """Stopping the kernel ends the training, returns the history so far and says so."""
    history = watch(records(9, fail_at=5))
    assert history.interrupted and len(history.d_loss) == 4
    assert "interrupted after" in screen.outputs[0][-1][0]["text/plain"]


def test_an_error_passes_through_and_the_last_state_stays(screen):
    """An error in the training reaches the caller after the figure has been brought up to date."""
    with pytest.raises(ZeroDivisionError):
        watch(records(9, fail_at=5, error=ZeroDivisionError))
    assert screen.outputs[0][-1][0]["text/plain"].startswith("step 4 of 9")


def test_curves_differ_in_colour_and_line_style():
    """The two losses can be told apart without colour, and each is named in the legend."""
    assert live.D_STYLE["linestyle"] != live.G_STYLE["linestyle"]
    assert live.D_STYLE["color"] != live.G_STYLE["color"]
    figure = live.LiveFigure("GAN")
    assert live.REAL_STYLE["linestyle"] != live.FAKE_STYLE["linestyle"]
    for axes, names in (
        (figure.losses, ["d_loss", "g_loss"]),
        (figure.scores, ["D(x)", "D(G(z))"]),
    ):
        assert [t.get_text() for t in axes.get_legend().get_texts()] == names


def test_long_curves_are_averaged_and_nan_is_survived():
    """A thousand steps are drawn as at most 200 points, and NaN losses do not stop the drawing."""
    figure = live.LiveFigure("GAN")
    numbers = np.stack([np.arange(1000.0), *np.ones((3, 1000))], axis=1)
    numbers[10] = np.nan
    figure._draw(numbers)
    x, y = figure.loss_curves[0].get_data()
    assert len(x) <= 200 and x[0] == 3 and y[0] == 2  # the mean of steps 1 to 5 at step 3
    figure._draw(np.full((3, 4), np.nan))


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [
        ([2 * np.log(2), np.log(2), 0, 0], [1.386, 0.693]),
        ([np.log(2), np.log(2), 0, 0], [0.693]),
        ([0.25, 0.125, 0.5, 0.5], [0.25, 0.125]),
        ([-3.0, 1.0, 0, 0], []),
    ],
)
def test_the_losses_of_a_guessing_discriminator_are_marked(numbers, lines):
    """Cross-entropy, half of it and least squares have their own lines; another loss has none."""
    figure = live.LiveFigure("GAN")
    figure._draw(np.tile(numbers, (40, 1)))
    drawn = [line.get_ydata()[0] for line in figure.losses.get_lines()[2:]]
    np.testing.assert_allclose(drawn, lines, atol=1e-3)
    high = figure.losses.get_ylim()[1]
    assert all(line < high for line in lines)


def contrast(colour: str, ground: str) -> float:
    """Return the contrast ratio of two colours by the formula of WCAG 2."""
    from matplotlib.colors import to_rgb

    def luminance(c):
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(c)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_figures_are_readable_on_light_and_dark_themes(ground):
    """The ground is transparent, and curves and text stand out from white and from black."""
    figure = live.LiveFigure("GAN").figure
    assert figure.get_facecolor()[3] == 0 and figure.axes[1].get_facecolor()[3] == 0
    assert contrast(display.MUTED, ground) > 4
    assert min(contrast(s["color"], ground) for s in (live.D_STYLE, live.G_STYLE)) > 3


def test_history_page_is_bounded_and_needs_no_script(screen):
    """Noise is the worst case: thirty frames stay below half a megabyte."""
    noise = tuple(np.random.default_rng(0).uniform(-1, 1, (16, 784)) for _ in range(90))
    ones = np.ones(90)
    history = History(ones, ones, ones, ones, noise, tuple(range(1, 91)), 1.0, False)
    page = display.history_html(history)
    assert len(page) < 500_000 and page.count("<img ") == page.count("<input ") == 30
    assert "<script" not in page
    assert page.count("display:block") == 2  # of the rule, and of the last frame without it
    display.show_progress(history)
    assert all({"text/html", "text/plain"} <= set(states[0][0]) for states in screen.outputs)
    assert len(screen.outputs) == 2


def test_history_page_is_leafed_through_with_the_arrow_keys():
    """In a browser without scripts one frame is visible, and each arrow key shows the next."""
    images = tuple(np.full((16, 784), value) for value in (-1.0, 0.0, 1.0))
    ones = np.ones(3)
    history = History(ones, ones, ones, ones, images, (1, 2, 3), 1.0, False)
    with open_page(400, 500, java_script_enabled=False) as page:
        page.set_content(display.history_html(history))
        visible = lambda: [i for i in range(3) if page.locator("img").nth(i).is_visible()]  # noqa: E731
        assert visible() == [2]
        page.locator("input").nth(2).focus()
        page.keyboard.press("ArrowLeft")
        assert visible() == [1]
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")  # from the last to the first
        assert visible() == [0]
        keep_picture(page, "history")
        assert page.locator("img").nth(0).evaluate("i => i.naturalWidth") == 120


def test_progress_figure_spreads_over_the_samples():
    """Five moments out of eleven include the first and the last."""
    samples = [np.zeros((16, 784))] * 11
    figure = display.progress_figure(samples, range(1, 1002, 100))
    assert [a.get_title() for a in figure.axes] == [
        "step 1", "step 201", "step 501", "step 801", "step 1,001",
    ]  # fmt: skip


def test_pictures_leave_no_figure_behind():
    """No figure is registered with pyplot, so nothing is shown twice and nothing leaks."""
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    images_figure(np.zeros((4, 784))).savefig(io.BytesIO())
    assert pyplot.get_fignums() == before


def test_images_are_drawn_under_their_title():
    """The title is text in the figure, above the grid; without a title the grid fills it."""
    figure = images_figure(torch.zeros(4, 784), "Real digits")
    [text] = figure.texts
    assert text.get_text() == "Real digits" and figure.axes[0].get_position().y1 < 0.95
    plain = images_figure(torch.zeros(4, 784))
    assert not plain.texts and plain.axes[0].get_position().y1 == 1


def test_many_images_get_a_larger_picture():
    """Up to 81 images the picture is small; 400 get a pixel for each of theirs."""
    small, large = (images_figure(torch.zeros(n, 784)).get_figwidth() for n in (81, 400))
    assert small == 3.6 and large * 80 >= 20 * 30


def test_rows_keep_their_order():
    """The image of row r and place k is drawn in row r at place k."""
    images = torch.full((2, 3, 784), -1.0)
    images[1, 2] = 1.0
    figure = rows_figure(images, ["first", "second"])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    last = figure.axes[1].images[0].get_array()
    assert (
        last[15, 75] == 1 and last[15, 15] == 0 and figure.axes[0].images[0].get_array().max() == 0
    )
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["first", "second"]
