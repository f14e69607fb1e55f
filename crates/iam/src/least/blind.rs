//! What CloudTrail does not log, or only where a trail was told to.
//!
//! The AWS CloudTrail User Guide, "Logging data events", lists the data events
//! that trails leave out by default; each service's guide says which calls it
//! does not log at all (`ssmmessages`, `ec2messages`, connections to
//! databases and file systems). `iam:PassRole` is a permission without a call.

/// Services with actions that a history may not show. A star stands for every
/// action of the service.
pub(super) const BLIND: &[(&str, &[&str])] = &[
    ("appsync", &["GraphQL"]),
    (
        "bedrock",
        &[
            "InvokeAgent",
            "InvokeFlow",
            "Retrieve",
            "RetrieveAndGenerate",
        ],
    ),
    ("cassandra", &["Select", "Modify"]),
    (
        "cloudwatch",
        &["PutMetricData", "GetMetricData", "GetMetricStatistics"],
    ),
    (
        "dynamodb",
        &[
            "BatchGetItem",
            "BatchWriteItem",
            "ConditionCheckItem",
            "DeleteItem",
            "GetItem",
            "GetRecords",
            "GetShardIterator",
            "PartiQLDelete",
            "PartiQLInsert",
            "PartiQLSelect",
            "PartiQLUpdate",
            "PutItem",
            "Query",
            "Scan",
            "UpdateItem",
        ],
    ),
    ("ebs", &["*"]),
    ("ec2messages", &["*"]),
    (
        "elasticfilesystem",
        &["ClientMount", "ClientRootAccess", "ClientWrite"],
    ),
    (
        "es",
        &[
            "ESHttpDelete",
            "ESHttpGet",
            "ESHttpHead",
            "ESHttpPatch",
            "ESHttpPost",
            "ESHttpPut",
        ],
    ),
    ("events", &["PutEvents"]),
    ("execute-api", &["*"]),
    ("firehose", &["PutRecord", "PutRecordBatch"]),
    ("iam", &["PassRole"]),
    ("kafka-cluster", &["*"]),
    (
        "kinesis",
        &[
            "GetRecords",
            "GetShardIterator",
            "PutRecord",
            "PutRecords",
            "SubscribeToShard",
        ],
    ),
    (
        "lambda",
        &["InvokeAsync", "InvokeFunction", "InvokeFunctionUrl"],
    ),
    ("logs", &["PutLogEvents"]),
    ("neptune-db", &["*"]),
    ("rds-data", &["*"]),
    ("rds-db", &["connect"]),
    (
        "s3",
        &[
            "AbortMultipartUpload",
            "DeleteObject",
            "DeleteObjectTagging",
            "DeleteObjectVersion",
            "GetObject",
            "GetObjectAcl",
            "GetObjectAttributes",
            "GetObjectTagging",
            "GetObjectVersion",
            "ListBucket",
            "ListBucketMultipartUploads",
            "ListBucketVersions",
            "ListMultipartUploadParts",
            "PutObject",
            "PutObjectAcl",
            "PutObjectTagging",
            "RestoreObject",
        ],
    ),
    ("sagemaker", &["InvokeEndpoint", "InvokeEndpointAsync"]),
    ("sns", &["Publish"]),
    (
        "sqs",
        &[
            "ChangeMessageVisibility",
            "DeleteMessage",
            "ReceiveMessage",
            "SendMessage",
        ],
    ),
    ("ssmmessages", &["*"]),
    ("xray", &["PutTelemetryRecords", "PutTraceSegments"]),
];

/// The actions of a service that a history may not show.
pub(super) fn of(service: &str) -> &'static [&'static str] {
    let found = BLIND.iter().find(|(known, _)| *known == service);
    found.map_or(&[], |(_, actions)| actions)
}
