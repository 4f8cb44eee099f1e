"""What `auditwheel` does, but that it does not take the libraries of X for granted, which cairo's names: servers and
containers lack them, and would not load the module."""

import dataclasses
import sys

import auditwheel.policy
from auditwheel.main import main

WINDOWS = {"libICE.so.6", "libSM.so.6", "libX11.so.6", "libXext.so.6", "libXrender.so.1"}

make = auditwheel.policy.WheelPolicies.__init__


def make_without_windows(self, **arguments):
    make(self, **arguments)
    self._policies = [dataclasses.replace(policy, whitelist=policy.whitelist - WINDOWS) for policy in self._policies]


auditwheel.policy.WheelPolicies.__init__ = make_without_windows
sys.exit(main())
