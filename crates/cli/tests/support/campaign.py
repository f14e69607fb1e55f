"""An account in moto, and a campaign played in it with real calls.

Usage: ENDPOINT WORK COMMAND. What the stolen key does is written as CloudTrail
records into WORK/AWSLogs, because moto keeps no log. COMMAND is
  play      seed the account, then play the campaign with the stolen key
  check     print as JSON who can still do what, and what still runs
  snapshot  print as JSON all that the account holds
"""

import datetime, gzip, io, json, os, sys, urllib.request, uuid, zipfile
import boto3
from botocore.config import Config

ENDPOINT, WORK, COMMAND = sys.argv[1:4]
HOME, FAR = 'us-east-1', 'eu-north-1'
ADMIN = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]}
TRUST = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
         'Principal': {'Service': 'codebuild.amazonaws.com'}}]}
KEYS = os.path.join(WORK, 'keys.json')
START = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=3)


def client(service, keys, region=HOME):
    return boto3.client(
        service, endpoint_url=ENDPOINT, region_name=region,
        aws_access_key_id=keys['id'], aws_secret_access_key=keys['secret'],
        aws_session_token=keys.get('token'),
        config=Config(retries={'total_max_attempts': 1}))


def small(value):
    """Names as CloudTrail has them, with a small first letter."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: small(one) for key, one in value.items() if key != 'ResponseMetadata'}
    if isinstance(value, list):
        return [small(one) for one in value]
    if isinstance(value, (datetime.datetime, bytes)):
        return str(value)
    return value


def items(value):
    """Lists as EC2's records have them."""
    if isinstance(value, dict):
        return {key: items(one) for key, one in value.items()}
    if isinstance(value, list):
        return {'items': [items(one) for one in value]}
    return value


class Log:
    """CloudTrail's records of an actor's calls."""

    def __init__(self, account):
        self.account, self.records, self.clock = account, [], START

    def add(self, actor, source, name, region, request, answer, ip, seconds=20):
        self.clock += datetime.timedelta(seconds=seconds)
        self.records.append({
            'eventVersion': '1.11', 'userIdentity': actor,
            'eventTime': self.clock.strftime('%Y-%m-%dT%H:%M:%SZ'),
            'eventSource': source, 'eventName': name, 'awsRegion': region,
            'sourceIPAddress': ip, 'userAgent': 'Boto3/1.35.0 md/Botocore#1.35.0',
            'requestParameters': request, 'responseElements': answer,
            'requestID': str(uuid.uuid4()), 'eventID': str(uuid.uuid4()), 'readOnly': False,
            'eventType': 'AwsApiCall', 'managementEvent': True,
            'recipientAccountId': self.account, 'eventCategory': 'Management'})

    def write(self):
        day = START.strftime('%Y/%m/%d')
        for region in sorted({record['awsRegion'] for record in self.records}):
            folder = os.path.join(WORK, 'AWSLogs', self.account, 'CloudTrail', region, day)
            os.makedirs(folder, exist_ok=True)
            stamp = START.strftime('%Y%m%dT%H%MZ')
            name = f'{self.account}_CloudTrail_{region}_{stamp}_abcdefghijklmnop.json.gz'
            ours = [record for record in self.records if record['awsRegion'] == region]
            with gzip.open(os.path.join(folder, name), 'wt') as file:
                json.dump({'Records': ours}, file)


EVENTS = {'CreateFunction': 'CreateFunction20150331', 'AddPermission': 'AddPermission20150331v2'}
GLOBAL = ('iam', 'sts')


class Actor:
    """Somebody with a key; each call is made, and written down."""

    def __init__(self, log, user, keys, ip):
        self.log, self.keys, self.ip = log, keys, ip
        self.identity = {
            'type': 'IAMUser', 'principalId': 'AIDA' + user.upper(), 'userName': user,
            'arn': f'arn:aws:iam::{log.account}:user/{user}', 'accountId': log.account,
            'accessKeyId': keys['id']}

    def __call__(self, service, operation, region=HOME, **parameters):
        made = client(service, self.keys, region)
        name = made.meta.method_to_api_mapping[operation]
        answer = getattr(made, operation)(**parameters)
        request, response = small(parameters), small(answer)
        if service == 'ec2':
            request, response = ec2(name, parameters, answer)
        if service == 'lambda':
            request.pop('code', None)
        self.log.add(self.identity, f'{service}.amazonaws.com', EVENTS.get(name, name),
                     HOME if service in GLOBAL else region, request, response, self.ip)
        return answer


def ec2(name, parameters, answer):
    if name == 'RunInstances':
        request = {'instancesSet': {'items': [{'imageId': parameters['ImageId'], 'minCount': 1, 'maxCount': parameters['MaxCount']}]},
                   'instanceType': parameters['InstanceType']}
        return request, {'instancesSet': {'items': [
            {'instanceId': one['InstanceId'], 'instanceType': one['InstanceType'], 'imageId': one['ImageId'],
             'instanceState': {'code': 0, 'name': 'pending'}} for one in answer['Instances']]}}
    if name == 'ModifyInstanceAttribute':
        return {'instanceId': parameters['InstanceId'], 'disableApiTermination': {'value': True}}, {'_return': True}
    if name == 'RequestSpotInstances':
        return items(small(parameters)), {'spotInstanceRequestSet': {'items': [
            {'spotInstanceRequestId': one['SpotInstanceRequestId']} for one in answer['SpotInstanceRequests']]}}
    return items(small(parameters)), items(small(answer))


def key(answer):
    return {'id': answer['AccessKey']['AccessKeyId'], 'secret': answer['AccessKey']['SecretAccessKey']}


def package():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as file:
        file.writestr('index.py', 'def handler(event, context): return 1')
    return buffer.getvalue()


def seed(root):
    """People and roles of the company: a stolen key's user, a colleague, a responder."""
    iam, keys = client('iam', root), {}
    for user in ('ci-deploy', 'colleague', 'responder'):
        iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName='work', PolicyDocument=json.dumps(ADMIN))
        keys[user] = key(iam.create_access_key(UserName=user))
    trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
             'Principal': {'Service': ['ec2.amazonaws.com', 'lambda.amazonaws.com', 'ecs-tasks.amazonaws.com']}}]}
    iam.create_role(RoleName='worker', AssumeRolePolicyDocument=json.dumps(trust))
    iam.create_role(RoleName='release', AssumeRolePolicyDocument=json.dumps(TRUST))
    ec2 = client('ec2', root)
    subnet = ec2.describe_subnets()['Subnets'][0]['SubnetId']
    ours = ec2.run_instances(ImageId=image(ec2), InstanceType='t3.micro', MinCount=1, MaxCount=1)
    keys['ours'] = ours['Instances'][0]['InstanceId']
    return keys, subnet


def image(ec2):
    return ec2.describe_images(Owners=['amazon'])['Images'][0]['ImageId']


def campaign(log, keys):
    thief = Actor(log, 'ci-deploy', keys['ci-deploy'], '198.51.100.23')
    thief('sts', 'get_caller_identity')
    thief('iam', 'list_users')
    thief('iam', 'create_user', UserName='svc-backup')
    thief('iam', 'attach_user_policy', UserName='svc-backup', PolicyArn='arn:aws:iam::aws:policy/AdministratorAccess')
    anybody = {**TRUST, 'Statement': [*TRUST['Statement'], {**TRUST['Statement'][0], 'Principal': {'AWS': 'arn:aws:iam::999999999999:root'}}]}
    thief('iam', 'update_assume_role_policy', RoleName='release', PolicyDocument=json.dumps(anybody))
    made = thief('iam', 'create_access_key', UserName='svc-backup')
    keys['svc-backup'] = key(made)
    log.records[-1]['responseElements']['accessKey'].pop('secretAccessKey')
    evil = Actor(log, 'svc-backup', keys['svc-backup'], '198.51.100.23')
    for region in (HOME, FAR):
        here = client('ec2', keys['ci-deploy'], region)
        ran = evil('ec2', 'run_instances', region, ImageId=image(here), InstanceType='p4d.24xlarge', MinCount=2, MaxCount=2)
        for one in ran['Instances']:
            evil('ec2', 'modify_instance_attribute', region, InstanceId=one['InstanceId'], DisableApiTermination={'Value': True})
            keys.setdefault('mined', []).append([region, one['InstanceId']])
    here = client('ec2', keys['ci-deploy'])
    evil('autoscaling', 'create_launch_configuration', LaunchConfigurationName='lc-k41', ImageId=image(here), InstanceType='c6a.24xlarge')
    evil('autoscaling', 'create_auto_scaling_group', AutoScalingGroupName='asg-k41', LaunchConfigurationName='lc-k41',
         MinSize=2, MaxSize=20, DesiredCapacity=2, AvailabilityZones=['us-east-1a'])
    evil('ecs', 'create_cluster', clusterName='k41')
    evil('ecs', 'register_task_definition', family='k41', networkMode='awsvpc', cpu='16384', memory='65536',
         requiresCompatibilities=['FARGATE'], containerDefinitions=[{'name': 'm', 'image': 'x/miner', 'memory': 512}])
    network = {'awsvpcConfiguration': {'subnets': [keys['subnet']], 'securityGroups': [], 'assignPublicIp': 'ENABLED'}}
    network['awsvpcConfiguration']['securityGroups'] = [here.describe_security_groups()['SecurityGroups'][0]['GroupId']]
    evil('ecs', 'create_service', cluster='k41', serviceName='miners', taskDefinition='k41', desiredCount=2,
         launchType='FARGATE', networkConfiguration=network)
    evil('ecs', 'run_task', cluster='k41', taskDefinition='k41', launchType='FARGATE', count=2, networkConfiguration=network)
    role = f'arn:aws:iam::{log.account}:role/worker'
    rent(evil, role, image(here), keys)
    evil('lambda', 'create_function', FunctionName='hook', Runtime='python3.12', Role=role, Handler='index.handler',
         Code={'ZipFile': package()})
    evil('lambda', 'create_function_url_config', FunctionName='hook', AuthType='NONE')
    evil('lambda', 'add_permission', FunctionName='hook', StatementId='public', Action='lambda:InvokeFunctionUrl',
         Principal='*', FunctionUrlAuthType='NONE')
    thief('sts', 'get_caller_identity')


def rent(evil, role, image, keys):
    """Capacity by other ways than single launches."""
    what = {'ImageId': image, 'InstanceType': 'c5.24xlarge'}
    made = evil('ec2', 'request_spot_instances', InstanceCount=2, SpotPrice='1.0', LaunchSpecification=what)
    ids = [one['SpotInstanceRequestId'] for one in made['SpotInstanceRequests']]
    there = client('ec2', evil.keys).describe_spot_instance_requests(SpotInstanceRequestIds=ids)['SpotInstanceRequests']
    keys['spot'] = {one['SpotInstanceRequestId']: one['InstanceId'] for one in there}
    evil('ec2', 'request_spot_fleet', SpotFleetRequestConfig={
        'IamFleetRole': role, 'TargetCapacity': 2, 'SpotPrice': '1.0', 'AllocationStrategy': 'lowestPrice',
        'LaunchSpecifications': [{**what, 'SubnetId': keys['subnet'], 'WeightedCapacity': 1, 'SpotPrice': '1.0'}]})
    evil('ec2', 'create_launch_template', LaunchTemplateName='lt-k41', LaunchTemplateData=what)
    evil('ec2', 'create_fleet', TargetCapacitySpecification={'TotalTargetCapacity': 1, 'DefaultTargetCapacityType': 'on-demand'},
         Type='maintain', LaunchTemplateConfigs=[{'LaunchTemplateSpecification': {'LaunchTemplateName': 'lt-k41', 'Version': '1'}}])
    evil('batch', 'create_compute_environment', computeEnvironmentName='be-k41', type='UNMANAGED', state='ENABLED', serviceRole=role)
    evil('batch', 'create_job_queue', jobQueueName='bq-k41', state='ENABLED', priority=1,
         computeEnvironmentOrder=[{'order': 1, 'computeEnvironment': 'be-k41'}])
    evil('sagemaker', 'create_notebook_instance', NotebookInstanceName='nb-k41', InstanceType='ml.p3.16xlarge', RoleArn=role)
    evil('eks', 'create_cluster', name='ek-k41', roleArn=role, resourcesVpcConfig={'subnetIds': [keys['subnet']]})
    evil('eks', 'create_nodegroup', clusterName='ek-k41', nodegroupName='ng', subnets=[keys['subnet']], nodeRole=role,
         scalingConfig={'minSize': 2, 'maxSize': 9, 'desiredSize': 4})


def rented(admin, spot):
    """What of it is there, and how."""
    ec2, batch = client('ec2', admin), client('batch', admin)
    sizes = client('eks', admin).describe_nodegroup(clusterName='ek-k41', nodegroupName='ng')['nodegroup']['scalingConfig']
    notebook = client('sagemaker', admin).describe_notebook_instance(NotebookInstanceName='nb-k41')
    # moto forgets what was cancelled, and keeps the requests of a fleet that is gone.
    requests = {one['SpotInstanceRequestId']: one['State'] for one in ec2.describe_spot_instance_requests()['SpotInstanceRequests']}
    states = ec2.describe_instances(InstanceIds=list(spot.values()))['Reservations']
    return {
        'gone': {
            'spot': [requests.get(one, 'cancelled') for one in spot],
            'instances': [two['State']['Name'] for one in states for two in one['Instances']],
            'fleets': [one['SpotFleetRequestState'] for one in ec2.describe_spot_fleet_requests()['SpotFleetRequestConfigs']],
            'ec2_fleets': [one['FleetState'] for one in ec2.describe_fleets()['Fleets']]},
        'back': {
            'environment': batch.describe_compute_environments(computeEnvironments=['be-k41'])['computeEnvironments'][0]['state'],
            'queue': batch.describe_job_queues(jobQueues=['bq-k41'])['jobQueues'][0]['state'],
            'notebook': notebook['NotebookInstanceStatus'],
            'nodes': {name: sizes[name] for name in ('minSize', 'maxSize', 'desiredSize')}}}


def history(log, keys):
    """What the stolen key did in the weeks before: ordinary work, from home."""
    work = Actor(log, 'ci-deploy', keys['ci-deploy'], '203.0.113.7')
    log.clock = START - datetime.timedelta(days=2)
    # The role's trust as it was is known from the call that made it.
    log.add(work.identity, 'iam.amazonaws.com', 'CreateRole', HOME,
            {'roleName': 'release', 'assumeRolePolicyDocument': json.dumps(TRUST)},
            {'role': {'roleName': 'release', 'arn': f'arn:aws:iam::{log.account}:role/release'}}, '203.0.113.7', 60)
    for _ in range(20):
        log.add(work.identity, 's3.amazonaws.com', 'ListBuckets', HOME, None, None, '203.0.113.7', 3600)
    log.clock = START


def play():
    root = {'id': 'AKIAIOSFODNN7EXAMPLE', 'secret': 'wJalrXUtnFEMI'}
    account = client('sts', root).get_caller_identity()['Account']
    keys, keys_subnet = seed(root)
    keys['subnet'] = keys_subnet
    log = Log(account)
    history(log, keys)
    # What was seeded before belongs to everybody.
    with open(os.path.join(WORK, 'before.json'), 'w') as file:
        json.dump(snapshot(root), file)
    # From here on moto asks the policies.
    reset = urllib.request.Request(ENDPOINT + '/moto-api/reset-auth', data=b'0', method='POST', headers={'Content-Type': 'text/plain'})
    urllib.request.urlopen(reset).read()
    campaign(log, keys)
    log.write()
    with open(KEYS, 'w') as file:
        json.dump(keys, file)


def can(keys):
    try:
        client('iam', keys).list_users()
        return True
    except Exception:
        return False


def check():
    keys = json.load(open(KEYS))
    answer = {'can': {user: can(keys[user]) for user in ('ci-deploy', 'svc-backup', 'colleague', 'responder')}}
    admin = keys['responder']
    states = {}
    for region, instance in keys['mined'] + [[HOME, keys['ours']]]:
        found = client('ec2', admin, region).describe_instances(InstanceIds=[instance])
        states[instance] = found['Reservations'][0]['Instances'][0]['State']['Name']
    answer['instances'], answer['ours'] = states, keys['ours']
    answer.update(snapshot(admin))
    answer['evidence'] = sum(
        len(client('ec2', admin, region).describe_snapshots(
            Filters=[{'Name': 'tag-key', 'Values': ['gardefou-evidence']}])['Snapshots']) for region in (HOME, FAR))
    answer['rented'] = rented(admin, keys['spot'])
    print(json.dumps(answer))


def quiet(call, *path, **parameters):
    try:
        value = call(**parameters)
        for part in path:
            value = value[part]
        return value
    except Exception as error:
        return 'none: ' + type(error).__name__


def snapshot(admin):
    iam, asg = client('iam', admin), client('autoscaling', admin)
    ecs, functions = client('ecs', admin), client('lambda', admin)
    users = {}
    for user in iam.list_users()['Users']:
        name = user['UserName']
        users[name] = {
            'keys': {one['AccessKeyId']: one['Status'] for one in iam.list_access_keys(UserName=name)['AccessKeyMetadata']},
            'inline': {one: iam.get_user_policy(UserName=name, PolicyName=one)['PolicyDocument']
                       for one in iam.list_user_policies(UserName=name)['PolicyNames']},
            'attached': [one['PolicyArn'] for one in iam.list_attached_user_policies(UserName=name)['AttachedPolicies']],
            'groups': [one['GroupName'] for one in iam.list_groups_for_user(UserName=name)['Groups']]}
    groups = {one['AutoScalingGroupName']: {
        'min': one['MinSize'], 'max': one['MaxSize'], 'desired': one['DesiredCapacity'],
        'suspended': sorted(two['ProcessName'] for two in one['SuspendedProcesses']),
        'instances': len(one['Instances'])} for one in asg.describe_auto_scaling_groups()['AutoScalingGroups']}
    services = {}
    for cluster in ecs.list_clusters()['clusterArns']:
        for arn in ecs.list_services(cluster=cluster)['serviceArns']:
            one = ecs.describe_services(cluster=cluster, services=[arn])['services'][0]
            services[arn] = {'status': one['status'], 'desired': one['desiredCount'], 'definition': one['taskDefinition'],
                             'launchType': one['launchType'], 'network': one.get('networkConfiguration')}
        services[cluster] = {'tasks': len(ecs.list_tasks(cluster=cluster, desiredStatus='RUNNING')['taskArns'])}
    hooks = {}
    for name in ('hook',):
        if quiet(functions.get_function_configuration, FunctionName=name).__class__ is str:
            continue
        hooks[name] = {
            'url': quiet(functions.get_function_url_config, 'AuthType', FunctionName=name),
            'policy': quiet(lambda FunctionName: json.loads(functions.get_policy(FunctionName=FunctionName)['Policy'])['Statement'], FunctionName=name),
            'concurrency': functions.get_function_concurrency(FunctionName=name).get('ReservedConcurrentExecutions')}
    roles = {one['RoleName']: one['AssumeRolePolicyDocument'] for one in iam.list_roles()['Roles']}
    return {'users': users, 'groups': groups, 'services': services, 'functions': hooks, 'roles': roles}


if COMMAND == 'play':
    play()
elif COMMAND == 'snapshot':
    print(json.dumps(snapshot(json.load(open(KEYS))['responder'])))
else:
    check()
