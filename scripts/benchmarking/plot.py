"""The plot of seconds against image tokens, as SVG."""

from __future__ import annotations

from benchmarking.measurements import Measurements, Results, sizes

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 420, 60, 50


def plot(results: Results) -> str:
    """Seconds against image tokens: encode, prefill and first token, as an SVG document."""
    figures = Measurements(results)
    places = sizes(figures)
    series = {
        name: [(tokens, figures.median(f"growth/{prefix}.{name}") or 0.0) for tokens, prefix in places]
        for name in ("first_token", "encode", "prefill")
    }
    most_x = max((tokens for tokens, _ in places), default=1)
    most_y = max((value for points in series.values() for _, value in points), default=1.0) or 1.0

    def x(tokens: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - 20) * tokens / most_x

    def y(seconds: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - 20) * seconds / most_y

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="13" role="img">',
        "<title>Seconds to the first token against image tokens</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<path d="M{_LEFT} 20V{_HEIGHT - _BOTTOM}H{_WIDTH - 20}" fill="none" stroke="black"/>',
        f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 8}" text-anchor="middle">image tokens</text>',
        f'<text x="14" y="{_HEIGHT / 2}" transform="rotate(-90 14 {_HEIGHT / 2})" text-anchor="middle">seconds</text>',
    ]
    for fraction in (0.0, 0.25, 0.5, 0.75, 1.0):
        seconds = most_y * fraction
        parts.append(f'<text x="{_LEFT - 6}" y="{y(seconds) + 4:.0f}" text-anchor="end">{seconds:.3g}</text>')
    parts += [
        f'<text x="{x(tokens):.0f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{tokens}</text>'
        for tokens, prefix in places
        if prefix != "1024"  # it would stand on the one before
    ]
    # Told apart by their dashes too, not by colour alone.
    looks = {"first_token": ("black", ""), "encode": ("#0060c0", "8 4"), "prefill": ("#c04000", "2 3")}
    for number, (name, points) in enumerate(series.items()):
        colour, dashes = looks[name]
        path = " ".join(f"{x(tokens):.1f},{y(value):.1f}" for tokens, value in points)
        line = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        parts.append(f'<polyline points="{path}" fill="none" {line}/>')
        top = 30 + 20 * number
        parts.append(f'<path d="M{_LEFT + 20} {top}h40" {line}/>')
        parts.append(f'<text x="{_LEFT + 68}" y="{top + 4}">{name.replace("_", " ")}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
