from dataclasses import fields

import numpy as np
import pytest

from cnnviz.figures.theme import (
    DIVERGING,
    Mode,
    Palette,
    class_colors,
    css_variables,
    diverging_table,
    hex_to_rgb,
    palette,
    recolouring,
    template,
)

CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
VEHICLES = {"airplane", "automobile", "ship", "truck"}
MODES: tuple[Mode, ...] = ("light", "dark")


def lightness(color: str) -> float:
    """CIE L*, 0 to 100: what is left of a colour in grey."""
    red, green, blue = (part / 255 for part in hex_to_rgb(color))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    bright, dim = sorted((((lightness(color) + 16) / 116) ** 3 for color in (one, other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_identity() -> None:
    assert (palette("light").accent, palette("dark").accent) == ("#3D52D5", "#93A1FF")
    assert (palette("light").train, palette("light").validation) == ("#3D52D5", "#E0761B")


@pytest.mark.parametrize("mode", MODES)
def test_text_and_marks_are_readable_on_the_background(mode: Mode) -> None:
    colors = palette(mode)
    for ground in (colors.background, colors.surface):
        assert contrast(colors.text, ground) > 7
        assert contrast(colors.muted, ground) > 4.5
        assert all(contrast(one, ground) > 4.5 for one in (colors.accent, colors.right, colors.wrong))
        assert all(contrast(one, ground) > 2.5 for one in (colors.train, colors.validation))


@pytest.mark.parametrize("mode", MODES)
def test_ten_classes_are_told_apart_in_grey(mode: Mode) -> None:
    greys = sorted(lightness(color) for color in class_colors(CIFAR, mode))
    assert min(np.diff(greys)) > 5


@pytest.mark.parametrize("mode", MODES)
def test_vehicles_are_cool_and_animals_warm(mode: Mode) -> None:
    for name, color in zip(CIFAR, class_colors(CIFAR, mode), strict=True):
        red, _, blue = hex_to_rgb(color)
        assert (blue > red) == (name in VEHICLES)


def test_a_class_keeps_its_colour_in_a_subset() -> None:
    whole = dict(zip(CIFAR, class_colors(CIFAR, "light"), strict=True))
    assert class_colors(("dog", "cat"), "light") == (whole["dog"], whole["cat"])


def test_other_classes_get_free_colours_and_repeat_after_ten() -> None:
    colors = class_colors(("cat", *map(str, range(12))), "light")
    assert len(set(colors[:10])) == 10
    assert colors[10] == colors[1]


def test_diverging_table_has_zero_in_the_middle() -> None:
    table = diverging_table()
    assert table.shape == (255, 3)
    assert table[127].tolist() == [247, 247, 247]
    assert table[0].tolist() == list(hex_to_rgb(str(DIVERGING[0][1])))
    assert table[0, 2] > table[0, 0]  # negative is blue
    assert table[254, 0] > table[254, 2]  # positive is red


def test_recolouring_turns_every_role_and_back() -> None:
    there, back = recolouring("dark"), recolouring("light")
    for role in fields(Palette):
        light, dark = getattr(palette("light"), role.name), getattr(palette("dark"), role.name)
        assert there[light] == dark
        assert back[dark] == light
    assert not set(there) & set(back)  # or a figure of the right theme would be recoloured too


def test_css_variables_hold_both_themes() -> None:
    assert "--cnnviz-train: light-dark(#3D52D5, #93A1FF);" in css_variables()
    assert css_variables(".x").startswith(".x {")


@pytest.mark.parametrize("mode", MODES)
def test_template_is_transparent_and_holds_the_palette(mode: Mode) -> None:
    drawn = template(mode).layout
    assert drawn.paper_bgcolor == drawn.plot_bgcolor == "rgba(0,0,0,0)"
    assert drawn.font.color == palette(mode).text
    assert "system-ui" in drawn.font.family
