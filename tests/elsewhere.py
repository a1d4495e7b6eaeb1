"""A device that is not the CPU, on a machine that has no other: what a GPU would refuse, it refuses.

Its tensors hold real numbers, so that whole searches and backward passes run on it. As on a GPU, an operator whose
tensors are on two devices is an error, but for numbers without dimensions and for indices; and nothing becomes an
array of numpy before it was brought to the CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

NAME = "elsewhere"
aten = torch.ops.aten
COPIES = (aten._to_copy.default, aten.copy_.default)
INDEXED = (aten.index.Tensor, aten.index_put.default, aten.index_put_.default, aten._index_put_impl_.default)
# What torch.tensor calls, past the tensors' own dispatch.
MAKERS = {"empty_strided": aten.empty_strided.default, "empty.memory_format": aten.empty.memory_format,
          "copy_": aten.copy_.default}  # fmt: skip


class Elsewhere(Tensor):
    """A tensor on the device. `here`: its numbers, on the CPU."""

    here: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @staticmethod
    def __new__(cls, here: Tensor) -> Elsewhere:
        made: Elsewhere = Tensor._make_wrapper_subclass(
            cls, here.size(), strides=here.stride(), storage_offset=here.storage_offset(), dtype=here.dtype,
            device=elsewhere(),
        )  # fmt: skip
        made.here = here
        return made

    def tolist(self) -> Any:
        """A GPU's tensor has it; torch refuses it to one like this."""
        return self.here.tolist()

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        return _run(func, *args, **(kwargs or {}))


def _run(func: Any, *args: Any, **kwargs: Any) -> Any:
    """The operator on the CPU; its results are wrapped, but for what is copied to the CPU."""
    device = kwargs.get("device")
    leaves = device is not None and device.type != NAME
    strict = func not in COPIES
    here = [_here(arg, func, strict and not (func in INDEXED and place == 1)) for place, arg in enumerate(args)]
    named = {name: _here(value, func, strict) for name, value in kwargs.items()}
    if device is not None:
        named["device"] = torch.device("cpu")
    found = func(*here, **named)
    if func is aten.copy_.default:
        return args[0]
    return found if leaves else _wrapped(found)


def _here(value: Any, func: Any, strict: bool) -> Any:
    """What an operator is given, on the CPU. Raises RuntimeError for a tensor that was there, if `strict`."""
    if isinstance(value, Elsewhere):
        return value.here
    if isinstance(value, (list, tuple)):
        return [_here(item, func, strict) for item in value]
    if strict and isinstance(value, Tensor) and value.dim():
        raise RuntimeError(f"{func}: a tensor of the shape {tuple(value.shape)} is on the CPU, others {NAME}")
    return value


def _wrapped(found: Any) -> Any:
    if isinstance(found, (list, tuple)):
        return type(found)(map(_wrapped, found))
    return Elsewhere(found) if isinstance(found, Tensor) else found


class _Module(_DummyBackendModule):
    """torch.elsewhere. What is random there comes from the CPU."""

    default_generators = (torch.default_generator,)

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]


@cache
def elsewhere() -> torch.device:
    """The device; torch gets to know it once in a process. Nothing there is computed in a half precision."""
    _setup_privateuseone_for_python_backend(NAME, _Module())
    for key, fallback in ALL.items():
        LIBRARY.fallback(fallback, key)  # type: ignore[no-untyped-call]
    for name, operator in MAKERS.items():
        ATEN.impl(name, partial(_run, operator), "PrivateUse1")  # type: ignore[no-untyped-call]
    return torch.device(NAME, 0)


ALL = {"PrivateUse1": _run, "AutocastPrivateUse1": torch.library.fallthrough_kernel}
LIBRARY, ATEN = torch.library.Library("_", "IMPL"), torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]
