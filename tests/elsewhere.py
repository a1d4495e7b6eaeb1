"""A device that is not the CPU, on a machine that has no other: what a GPU would refuse, it refuses.

Its tensors hold real numbers, so that whole searches and backward passes run on it. As with CUDA, an operator whose
tensors are on two devices is an error, but for numbers without dimensions and for what indexes; and nothing becomes an
array of numpy before it was brought back to the CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_map_only
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "elsewhere"
ATEN = torch.ops.aten
# CUDA takes indices from the CPU too; what they index and what is written must be together.
INDEXING = {ATEN.index.Tensor, ATEN.index_put.default, ATEN.index_put_.default, ATEN._index_put_impl_.default}
COPIES = {ATEN._to_copy.default, ATEN.copy_.default}


class Elsewhere(Tensor):
    """A tensor on the device. `here`: its numbers, on the CPU."""

    here: Tensor

    @staticmethod
    def __new__(cls, here: Tensor) -> Elsewhere:
        made: Elsewhere = Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
            cls, here.size(), strides=here.stride(), storage_offset=here.storage_offset(), dtype=here.dtype,
            layout=here.layout, device=device(), requires_grad=False,
        )  # fmt: skip
        made.here = here
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl

    def tolist(self) -> Any:
        """As of any device: torch itself refuses it to a tensor like this."""
        return self.here.tolist()

    @classmethod
    def __torch_dispatch__(
        cls, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        return _run(func, args, kwargs or {})


def _run(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The operator on the CPU, its results wrapped where they belong to the device."""
    asked = kwargs.get("device")
    flat, _ = tree_flatten((args, kwargs))
    tensors = [value for value in flat if isinstance(value, Tensor)]
    there = [tensor for tensor in tensors if isinstance(tensor, Elsewhere)]
    if not there and (asked is None or torch.device(asked).type != NAME):
        return func(*args, **kwargs)
    _check(func, args, tensors, there)
    stays = asked is None or torch.device(asked).type == NAME
    if func in COPIES and args[0] is not None and not isinstance(args[0], Elsewhere) and asked is None:
        stays = False  # copied into a tensor of the CPU
    args, kwargs = tree_map_only(Elsewhere, lambda tensor: tensor.here, (args, dict(kwargs)))
    if asked is not None:
        kwargs["device"] = torch.device("cpu")
    found = func(*args, **kwargs)
    return tree_map_only(Tensor, Elsewhere, found) if stays else found


def _check(func: Any, args: tuple[Any, ...], tensors: list[Tensor], there: list[Elsewhere]) -> None:
    if func in COPIES:
        return
    if func in INDEXING:
        indexed = [args[0], *args[2:3]] if len(args) > 2 else [args[0]]
        tensors = [tensor for tensor in indexed if isinstance(tensor, Tensor)]
    if wrong := [tensor for tensor in tensors if not isinstance(tensor, Elsewhere) and tensor.dim()]:
        raise RuntimeError(f"{func}: tensors on two devices; on the CPU is one of the shape {tuple(wrong[0].shape)}")


@cache
def device() -> torch.device:
    """The device, made known to torch once in a process."""
    _setup_privateuseone_for_python_backend(NAME)
    _LIBRARY.fallback(lambda func, *args, **kwargs: _run(func, args, kwargs), "PrivateUse1")
    _ATEN.impl("empty_strided", lambda *args, **kwargs: _run(ATEN.empty_strided.default, args, kwargs), "PrivateUse1")
    _ATEN.impl("empty.memory_format", lambda *args, **kwargs: _run(ATEN.empty.memory_format, args, kwargs), "PrivateUse1")
    _ATEN.impl("copy_", lambda *args, **kwargs: _run(ATEN.copy_.default, args, kwargs), "PrivateUse1")
    return torch.device(NAME, 0)


_ATEN = torch.library.Library("aten", "IMPL")
_LIBRARY = torch.library.Library("_", "IMPL")  # what is made on the device without a tensor that is there already
