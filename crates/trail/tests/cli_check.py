"""Reads AWS CLI lines on standard input and has the real CLI parse each one.

The CLI's own parser, shorthand reader and parameter validation run; the call
itself is replaced, so nothing leaves this machine. Prints one line for each
that is refused; exits 77 where the CLI is not installed.
"""
import io
import os
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="us-east-1",
                  AWS_EC2_METADATA_DISABLED="true")
try:
    import awscli.clidriver
    import botocore.validate
except ImportError:
    sys.exit(77)

seen = {}


def invoke(self, service_name, operation_name, parameters, parsed_globals):
    client = self._session.create_client(service_name, region_name="us-east-1")
    shape = client.meta.service_model.operation_model(operation_name).input_shape
    if shape is not None:
        report = botocore.validate.ParamValidator().validate(parameters, shape)
        if report.has_errors():
            raise ValueError(report.generate_report())
    seen["call"] = (operation_name, parameters)
    return 0


awscli.clidriver.CLIOperationCaller.invoke = invoke


def run(driver, words):
    """Status and output of one line; `seen` has the call if it came to one."""
    seen.clear()
    out = io.StringIO()
    try:
        with redirect_stderr(out), redirect_stdout(out):
            status = driver.main(words[1:])
    except SystemExit as stop:
        status = stop.code
    except Exception as error:  # noqa: BLE001, any refusal is a finding
        status = repr(error)
    return f"{status} {out.getvalue().strip()[-300:]}"


bad = 0
shared = awscli.clidriver.create_clidriver()
for line in filter(None, sys.stdin.read().split("\0")):
    words = shlex.split(line)
    said = run(shared, words)
    if "call" not in seen:
        # A driver keeps handlers of what it ran before: a new one decides.
        shared = awscli.clidriver.create_clidriver()
        said = run(shared, words)
    if words[0] != "aws" or "call" not in seen:
        bad += 1
        print(f"{line}\n    {said}")
sys.exit(1 if bad else 0)
