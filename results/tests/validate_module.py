# SPDX-License-Identifier: GPL-2.0-only
"""results/validate as a module: its name has no .py."""

import importlib.machinery
import importlib.util
import os

from tool import RESULTS

_loader = importlib.machinery.SourceFileLoader(
    "validate", os.path.join(RESULTS, "validate"))
_module = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("validate", _loader))
_loader.exec_module(_module)

make_validators = _module.make_validators
validate = _module.validate
