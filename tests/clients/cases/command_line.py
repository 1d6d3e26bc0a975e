"""Sends what it reads from a pipe with the AWS CLI, in one process since the CLI starts slowly:
a line {"account", "operation", "request"} each, answered by a line {"result"}, {"refused"}, or
{"status", "code", "message", "members"}. The CLI tells neither status nor members of an error."""
import contextlib
import io
import json
import os
import re
import sys
import warnings

from awscli.botocore import xform_name
from awscli.clidriver import create_clidriver

STATUSES = {"InternalServerError": 500}
FIXED = ["--no-paginate", "--output", "json", "--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
ERROR = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation"
                   r"(?: \(reached max retries: \d+\))?: ?(.*)", re.DOTALL)


def answer(driver, account, operation, request):
    driver.session.set_credentials(account, "secret")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = driver.main(["dynamodb", xform_name(operation, "-"), *FIXED,
                              "--cli-input-json", json.dumps(request)])
    if status == 0:
        return {"result": json.loads(out.getvalue() or "{}")}
    told = ERROR.search(err.getvalue())
    if not told:
        return {"refused": err.getvalue()}
    return {"status": STATUSES.get(told[1], 400), "code": told[1], "members": {},
            "message": told[2].removesuffix("\n")}


def main():
    warnings.simplefilter("ignore")  # the CLI leaves sockets to the collector
    driver = create_clidriver()
    for line in sys.stdin:
        print(json.dumps(answer(driver, **json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
