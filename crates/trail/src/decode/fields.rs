//! The fields that are read, and how their keys are recognised.

/// A field whose place the walk remembers: CloudTrail's own, and those by
/// which the envelopes around CloudTrail records are recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Field {
    /// `eventVersion`: version of the record format.
    EventVersion,
    /// `userIdentity`: who called: an object.
    UserIdentity,
    /// `eventTime`: when the call ended, UTC.
    EventTime,
    /// `eventSource`: the service called, `ec2.amazonaws.com`.
    EventSource,
    /// `eventName`: the operation, `RunInstances`.
    EventName,
    /// `awsRegion`: the region called.
    AwsRegion,
    /// `sourceIPAddress`: the caller's address, or a service's name.
    SourceIp,
    /// `userAgent`: what the caller's program calls itself.
    UserAgent,
    /// `errorCode`: the error, where there was one.
    ErrorCode,
    /// `errorMessage`: the error in words.
    ErrorMessage,
    /// `requestParameters`: what was asked.
    RequestParameters,
    /// `responseElements`: what was answered, for calls that change something.
    ResponseElements,
    /// `additionalEventData`: what the service adds.
    AdditionalEventData,
    /// `requestID`: the service's id of the request.
    RequestId,
    /// `eventID`: CloudTrail's id of the event, a UUID.
    EventId,
    /// `readOnly`: whether the call only reads.
    ReadOnly,
    /// `resources`: ARNs that were touched.
    Resources,
    /// `eventType`: `AwsApiCall`, `AwsServiceEvent`, `AwsConsoleSignIn`, ….
    EventType,
    /// `apiVersion`: the service's API version.
    ApiVersion,
    /// `managementEvent`: whether it is a management event.
    ManagementEvent,
    /// `recipientAccountId`: the account that received the event.
    RecipientAccountId,
    /// `serviceEventDetails`: details of a service's own event.
    ServiceEventDetails,
    /// `sharedEventID`: joins the copies of one event in several accounts.
    SharedEventId,
    /// `vpcEndpointId`: the VPC endpoint it came through.
    VpcEndpointId,
    /// `vpcEndpointAccountId`: the owner of that endpoint.
    VpcEndpointAccountId,
    /// `eventCategory`: `Management`, `Data`, `NetworkActivity` or `Insight`.
    EventCategory,
    /// `addendum`: why a record came late or again.
    Addendum,
    /// `sessionCredentialFromConsole`: whether the console's session made the call.
    SessionCredentialFromConsole,
    /// `edgeDeviceDetails`: details of an edge device.
    EdgeDeviceDetails,
    /// `tlsDetails`: TLS version, cipher and host.
    TlsDetails,
    /// `eventContext`: tags and request context, where a trail adds them.
    EventContext,
    /// `insightDetails`: what an Insights record is about.
    InsightDetails,
    /// `detail`: EventBridge: the event itself.
    Detail,
    /// `detail-type`: EventBridge: what kind of event it carries.
    DetailType,
    /// `Type`: SNS: `Notification`.
    Type,
    /// `Message`: SNS: the text.
    Message,
    /// `Sns`: Lambda's SNS event: the notification.
    Sns,
    /// `Body`: SQS: the text, as the CLI shows it.
    Body,
    /// `body`: SQS: the text, as Lambda gets it.
    LambdaBody,
    /// `CloudTrailEvent`: `lookup-events`: the record as text.
    CloudTrailEvent,
    /// `message`: CloudWatch Logs: the text of a log event.
    LogMessage,
    /// `s3`: S3's notification of an object.
    S3,
    /// `s3Bucket`: CloudTrail's notification of a delivery: where.
    S3Bucket,
    /// `s3ObjectKey`: CloudTrail's notification of a delivery: which files.
    S3ObjectKey,
    /// `Event`: `s3:TestEvent` of S3.
    S3Event,
    /// `digestS3Object`: a digest file's own key.
    DigestS3Object,
    /// `logFiles`: a digest file's list.
    LogFiles,
    /// `Records`: CloudTrail's and Lambda's list.
    Records,
    /// `Events`: `lookup-events`: the list.
    Events,
    /// `Messages`: SQS: the list, as the CLI shows it.
    Messages,
    /// `logEvents`: CloudWatch Logs subscription: the list.
    LogEvents,
    /// `events`: `filter-log-events`: the list.
    FilteredEvents,
    /// `userIdentity.type`: `IAMUser`, `AssumedRole`, `Root`, `AWSService`, ….
    IdentityType,
    /// `userIdentity.principalId`: the principal's unique id.
    PrincipalId,
    /// `userIdentity.arn`: the principal's ARN.
    Arn,
    /// `userIdentity.accountId`: the principal's account.
    AccountId,
    /// `userIdentity.accessKeyId`: the credential.
    AccessKeyId,
    /// `userIdentity.userName`: the user's name.
    UserName,
    /// `userIdentity.invokedBy`: the service that called for the principal.
    InvokedBy,
    /// `userIdentity.sessionContext`: the temporary session: an object.
    SessionContext,
    /// `userIdentity.sessionContext.sessionIssuer`: who the session was made from: an object.
    SessionIssuer,
    /// `userIdentity.sessionContext.attributes`: how the session was made: an object.
    SessionAttributes,
    /// `userIdentity.sessionContext.sourceIdentity`: the name set when the first role was assumed.
    SourceIdentity,
    /// `userIdentity.sessionContext.sessionIssuer.type`: `Role`, `IAMUser`, `Root`, ….
    IssuerType,
    /// `userIdentity.sessionContext.sessionIssuer.arn`: the issuer's ARN.
    IssuerArn,
    /// `userIdentity.sessionContext.sessionIssuer.userName`: the role's or user's name.
    IssuerUserName,
    /// `userIdentity.sessionContext.sessionIssuer.accountId`: the issuer's account.
    IssuerAccountId,
    /// `userIdentity.sessionContext.sessionIssuer.principalId`: the issuer's unique id.
    IssuerPrincipalId,
    /// `userIdentity.sessionContext.attributes.mfaAuthenticated`: whether the session was made with MFA.
    MfaAuthenticated,
    /// `userIdentity.sessionContext.attributes.creationDate`: when the session was made.
    CreationDate,
}

/// Number of [`Field`]s.
pub(super) const COUNT: usize = Field::CreationDate as usize + 1;

impl Field {
    /// The dotted path by which rules and people call the field.
    pub fn path(self) -> &'static str {
        PATHS.get(self as usize).copied().unwrap_or_default()
    }

    /// The field as a member of a set.
    pub(super) const fn bit(self) -> u128 {
        1 << self as u8
    }
}

/// The paths in the order of [`Field`].
pub(super) const PATHS: [&str; COUNT] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "serviceEventDetails",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "addendum",
    "sessionCredentialFromConsole",
    "edgeDeviceDetails",
    "tlsDetails",
    "eventContext",
    "insightDetails",
    "detail",
    "detail-type",
    "Type",
    "Message",
    "Sns",
    "Body",
    "body",
    "CloudTrailEvent",
    "message",
    "s3",
    "s3Bucket",
    "s3ObjectKey",
    "Event",
    "digestS3Object",
    "logFiles",
    "Records",
    "Events",
    "Messages",
    "logEvents",
    "events",
    "userIdentity.type",
    "userIdentity.principalId",
    "userIdentity.arn",
    "userIdentity.accountId",
    "userIdentity.accessKeyId",
    "userIdentity.userName",
    "userIdentity.invokedBy",
    "userIdentity.sessionContext",
    "userIdentity.sessionContext.sessionIssuer",
    "userIdentity.sessionContext.attributes",
    "userIdentity.sessionContext.sourceIdentity",
    "userIdentity.sessionContext.sessionIssuer.type",
    "userIdentity.sessionContext.sessionIssuer.arn",
    "userIdentity.sessionContext.sessionIssuer.userName",
    "userIdentity.sessionContext.sessionIssuer.accountId",
    "userIdentity.sessionContext.sessionIssuer.principalId",
    "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "userIdentity.sessionContext.attributes.creationDate",
];

/// The keys of the record and of the envelopes around it.
pub(super) const TOP_LEVEL: [(&str, Field); 52] = [
    ("eventVersion", Field::EventVersion),
    ("userIdentity", Field::UserIdentity),
    ("eventTime", Field::EventTime),
    ("eventSource", Field::EventSource),
    ("eventName", Field::EventName),
    ("awsRegion", Field::AwsRegion),
    ("sourceIPAddress", Field::SourceIp),
    ("userAgent", Field::UserAgent),
    ("errorCode", Field::ErrorCode),
    ("errorMessage", Field::ErrorMessage),
    ("requestParameters", Field::RequestParameters),
    ("responseElements", Field::ResponseElements),
    ("additionalEventData", Field::AdditionalEventData),
    ("requestID", Field::RequestId),
    ("eventID", Field::EventId),
    ("readOnly", Field::ReadOnly),
    ("resources", Field::Resources),
    ("eventType", Field::EventType),
    ("apiVersion", Field::ApiVersion),
    ("managementEvent", Field::ManagementEvent),
    ("recipientAccountId", Field::RecipientAccountId),
    ("serviceEventDetails", Field::ServiceEventDetails),
    ("sharedEventID", Field::SharedEventId),
    ("vpcEndpointId", Field::VpcEndpointId),
    ("vpcEndpointAccountId", Field::VpcEndpointAccountId),
    ("eventCategory", Field::EventCategory),
    ("addendum", Field::Addendum),
    (
        "sessionCredentialFromConsole",
        Field::SessionCredentialFromConsole,
    ),
    ("edgeDeviceDetails", Field::EdgeDeviceDetails),
    ("tlsDetails", Field::TlsDetails),
    ("eventContext", Field::EventContext),
    ("insightDetails", Field::InsightDetails),
    ("detail", Field::Detail),
    ("detail-type", Field::DetailType),
    ("Type", Field::Type),
    ("Message", Field::Message),
    ("Sns", Field::Sns),
    ("Body", Field::Body),
    ("body", Field::LambdaBody),
    ("CloudTrailEvent", Field::CloudTrailEvent),
    ("message", Field::LogMessage),
    ("s3", Field::S3),
    ("s3Bucket", Field::S3Bucket),
    ("s3ObjectKey", Field::S3ObjectKey),
    ("Event", Field::S3Event),
    ("digestS3Object", Field::DigestS3Object),
    ("logFiles", Field::LogFiles),
    ("Records", Field::Records),
    ("Events", Field::Events),
    ("Messages", Field::Messages),
    ("logEvents", Field::LogEvents),
    ("events", Field::FilteredEvents),
];

/// The keys of `userIdentity`.
pub(super) const IDENTITY: [(&str, Field); 8] = [
    ("type", Field::IdentityType),
    ("principalId", Field::PrincipalId),
    ("arn", Field::Arn),
    ("accountId", Field::AccountId),
    ("accessKeyId", Field::AccessKeyId),
    ("userName", Field::UserName),
    ("invokedBy", Field::InvokedBy),
    ("sessionContext", Field::SessionContext),
];

/// The keys of `sessionContext`.
pub(super) const CONTEXT: [(&str, Field); 3] = [
    ("sessionIssuer", Field::SessionIssuer),
    ("attributes", Field::SessionAttributes),
    ("sourceIdentity", Field::SourceIdentity),
];

/// The keys of `sessionIssuer`.
pub(super) const ISSUER: [(&str, Field); 5] = [
    ("type", Field::IssuerType),
    ("arn", Field::IssuerArn),
    ("userName", Field::IssuerUserName),
    ("accountId", Field::IssuerAccountId),
    ("principalId", Field::IssuerPrincipalId),
];

/// The keys of the session's `attributes`.
pub(super) const ATTRIBUTES: [(&str, Field); 2] = [
    ("mfaAuthenticated", Field::MfaAuthenticated),
    ("creationDate", Field::CreationDate),
];
