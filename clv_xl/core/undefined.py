"""How a formula says that some inputs have no finite answer, for one number or for a whole array.

A core function works alike on a float and on an array. Where an answer does not exist it *refuses*: it raises an
ordinary Python exception that also knows which elements are meant, so that whoever holds the array can set those
aside and ask again for the rest (`answer_each`). A result is never nan, inf, clipped or guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values: TypeAlias = float | NDArray[np.float64]
    """One number, or an array of them: every formula takes and returns either."""
else:
    Values: TypeAlias = Any


class Undefined(ArithmeticError):
    """These inputs have no finite answer. `where` marks the refused elements when the inputs were arrays."""

    def __init__(self, template: str, where: Any = True, **values: Any) -> None:
        self.template, self.where, self.values = template, where, values
        super().__init__(template, where, values)

    def __str__(self) -> str:
        if isinstance(self.where, bool):
            return self.template.format(**self.values)
        refused = self.where.nonzero()[0]
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        return f"{self.at(int(refused[0]))}{more}"

    def at(self, index: int) -> Undefined:
        """The same refusal, of one element of the arrays."""
        one = {name: v[index] if getattr(v, "ndim", 0) else v for name, v in self.values.items()}
        return type(self)(self.template, **one)


class DivisionByZero(Undefined, ZeroDivisionError):
    """A divisor that the user chose is zero."""


class OutOfDomain(Undefined, ValueError):
    """Each input is valid alone, but together they have no finite or no meaningful answer."""


class Missing(Undefined, LookupError):
    """What is asked needs an input that was not given."""


def refuse(where: Any, error: type[Undefined], template: str, **values: Any) -> None:
    """Raise `error` where the condition holds. `template` may name the `values`, as in "churn is {churn:g}"."""
    if getattr(where, "ndim", 0):
        if where.any():
            raise error(template, where, **values)
    elif where:
        raise error(template, **values)


def answer_each(
    function: Callable[..., Any], arguments: Sequence[Any], size: int
) -> tuple[NDArray[Any], dict[int, Undefined]]:
    """Ask a formula for `size` elements; each element fails alone.

    `arguments` are arrays of that length, or single values that hold for every element. Returns the answers (nan
    where there is none) and the refusals by position. The formula runs once on everything, and once more for each
    reason to refuse that it meets: never once per element.
    """
    import numpy as np

    refused: dict[int, Undefined] = {}
    pending = np.arange(size)
    while pending.size:
        everything = pending.size == size
        given = [a if everything or not getattr(a, "ndim", 0) else a[pending] for a in arguments]
        try:
            with np.errstate(all="ignore"):
                answers = np.asarray(function(*given))
        except Undefined as undefined:
            where = np.broadcast_to(undefined.where, pending.shape)
            refused.update({int(pending[i]): undefined.at(int(i)) for i in np.flatnonzero(where)})
            pending = pending[~where]
        else:
            if everything and answers.shape == (size,):
                return answers, refused
            out = np.full(size, np.nan, dtype=object if answers.dtype.kind in "OU" else float)
            out[pending] = answers
            return out, refused
    return np.full(size, np.nan), refused
