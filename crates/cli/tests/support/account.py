"""Serves moto, as strict as AWS where moto is not.

A key that is not active is refused, and the signature of a request without a
body is checked over an empty one.
"""

import sys

from botocore.awsrequest import AWSRequest
from moto.iam import access_control as access
from moto.server import main

take = access.IAMUserAccessKey.__init__
write = access.IAMRequestBase._create_aws_request


def take_active(self, account_id, partition, access_key_id, headers):
    take(self, account_id, partition, access_key_id, headers)
    keys = (key for user in self.backend.list_users('/', None, None) for key in user.access_keys)
    if any(key.access_key_id == access_key_id and key.status != 'Active' for key in keys):
        raise access.CreateAccessKeyFailure(reason='InvalidId')


def write_empty(self):
    if self._method not in ('GET', 'DELETE'):
        return write(self)
    whole = write(self)
    request = AWSRequest(method=self._method, url=self._path, data=b'', headers=dict(whole.headers.items()))
    request.context['timestamp'] = whole.context['timestamp']
    return request


access.IAMUserAccessKey.__init__ = take_active
access.IAMRequestBase._create_aws_request = write_empty
main(sys.argv[1:])
