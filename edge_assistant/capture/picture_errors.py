"""The errors about a picture file that cannot be opened; `name` is the file's name in sentences."""

from __future__ import annotations

from edge_assistant.system.errors import DoesNotFitError, InputError
from edge_assistant.system.i18n import tr
from edge_assistant.system.installation import reinstall_advice

TOO_SLOW = "too-slow"
"""The code of a picture that takes too long."""


def not_a_picture(name: str) -> InputError:
    """Return the error about a file that no decoder knows."""
    return InputError(tr("{name} is not a picture that can be read.", name=name), code="not-a-picture")


def damaged(name: str) -> InputError:
    """Return the error about a picture that ends too early or has wrong bytes."""
    return InputError(tr("{name} is damaged or incomplete and cannot be read.", name=name), code="damaged")


def damaged_or_too_large(name: str) -> InputError:
    """Return the error about a picture whose decoder failed, for lack of memory or because of wrong bytes."""
    return InputError(
        tr("{name} is damaged, or too large to open. Make it smaller, or save it as a PNG.", name=name), code="damaged"
    )


def empty(name: str) -> InputError:
    """Return the error about a picture without width or height."""
    return InputError(tr("{name} has no pixels.", name=name), code="empty")


def too_many_pixels(name: str, limit: int) -> InputError:
    """Return the error about a picture of more than `limit` pixels."""
    return InputError(
        tr("{name} is too large: more than {value} megapixels.", name=name, value=limit // 1000000), code="too-large"
    )


def too_complicated(name: str) -> InputError:
    """Return the error about a drawing of too many parts."""
    return InputError(tr("{name} is too complicated to draw. Save it as a PNG.", name=name), code="too-large")


def entities(name: str) -> InputError:
    """Return the error about a drawing that defines entities."""
    return InputError(
        tr("{name} is not opened, as it defines entities, which can be a trap. Save it as a PNG.", name=name),
        code="entities",
    )


def document(name: str) -> InputError:
    """Return the error about a PDF document."""
    return InputError(
        tr(
            "{name} is a PDF document, which cannot be opened yet. Show it on the screen and describe its window, or "
            "make pictures of its pages, such as with pdftoppm.",
            name=name,
        ),
        code="document",
    )


def too_slow(name: str) -> InputError:
    """Return the error about a picture whose decoder does not end in time."""
    return InputError(
        tr("{name} takes too long to open. Make it smaller, or save it as a PNG.", name=name), code=TOO_SLOW
    )


def too_much_memory(name: str) -> DoesNotFitError:
    """Return the error about a picture that takes more memory than there is, or than its decoder gets."""
    return DoesNotFitError(tr("{name} takes too much memory to open. Make it smaller, or save it as a PNG.", name=name))


def cannot_start() -> InputError:
    """Return the error for a program that lacks what decodes, or cannot start it: no fault of the picture."""
    return InputError(
        tr("The part of the program that opens pictures cannot be started. {advice}", advice=reinstall_advice()),
        code="not-installed",
    )
