//! SES (both API versions) and SNS text messages.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;

use super::Table;
use crate::resource::names::colon_tail;
use crate::resource::row::{Effect, changed, gone, made};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch};

pub(super) static TABLE: Table = &[
    (
        "CreateConfigurationSet",
        made(
            K::Other,
            "req.configurationSetName|req.configurationSet.name",
        )
        .fixed(D::Call, "CreateConfigurationSet")
        .effect(),
    ),
    (
        "CreateEmailIdentity",
        made(K::EmailIdentity, "req.emailIdentity").effect(),
    ),
    (
        "CreateEmailIdentityPolicy",
        changed(K::EmailIdentity, "req.emailIdentity")
            .fixed(D::Changed, "policy")
            .effect(),
    ),
    (
        "CreateEmailTemplate",
        made(K::Other, "req.templateName")
            .fixed(D::Call, "CreateEmailTemplate")
            .effect(),
    ),
    (
        "CreateTemplate",
        made(K::Other, "req.template.templateName")
            .fixed(D::Call, "CreateTemplate")
            .effect(),
    ),
    (
        "DeleteEmailIdentity",
        gone(K::EmailIdentity, "req.emailIdentity").effect(),
    ),
    (
        "DeleteIdentity",
        gone(K::EmailIdentity, "req.identity").effect(),
    ),
    (
        "DeleteVerifiedEmailAddress",
        gone(K::EmailIdentity, "req.emailAddress").effect(),
    ),
    (
        "PutAccountDetails",
        changed(K::Other, "=ses-account")
            .fixed(D::Call, "PutAccountDetails")
            .with(&[(D::Value, "req.mailType")])
            .effect(),
    ),
    ("PutAccountSendingAttributes", Effect::Read(account_sending)),
    (
        "PutIdentityPolicy",
        changed(K::EmailIdentity, "req.identity")
            .fixed(D::Changed, "policy")
            .effect(),
    ),
    ("UpdateAccountSendingEnabled", Effect::Read(account_sending)),
    (
        "VerifyDomainDkim",
        made(K::EmailIdentity, "req.domain").effect(),
    ),
    (
        "VerifyDomainIdentity",
        made(K::EmailIdentity, "req.domain").effect(),
    ),
    (
        "VerifyEmailAddress",
        made(K::EmailIdentity, "req.emailAddress").effect(),
    ),
    (
        "VerifyEmailIdentity",
        made(K::EmailIdentity, "req.emailAddress").effect(),
    ),
];

pub(super) static SNS: Table = &[
    (
        "CreateTopic",
        made(K::Other, "res.topicArn|req.name")
            .fixed(D::Call, "CreateTopic")
            .named(colon_tail)
            .effect(),
    ),
    (
        "SetSMSAttributes",
        changed(K::Other, "=sms-settings")
            .fixed(D::Call, "SetSMSAttributes")
            .effect(),
    ),
    (
        "SetTopicAttributes",
        changed(K::Other, "req.topicArn")
            .fixed(D::Call, "SetTopicAttributes")
            .named(colon_tail)
            .with(&[(D::Changed, "req.attributeName")])
            .effect(),
    ),
    (
        "Subscribe",
        changed(K::Other, "req.topicArn")
            .fixed(D::Call, "Subscribe")
            .named(colon_tail)
            .with(&[(D::Target, "req.endpoint")])
            .effect(),
    ),
];

fn account_sending(view: View<'_>) -> Vec<Touch> {
    let sending = view.flag("req.enabled|req.sendingEnabled");
    let state = match sending {
        Some(true) => S::Active,
        Some(false) => S::Stopped,
        None => S::Unknown,
    };
    vec![
        Touch::changed(K::Other, "ses-account")
            .state(state)
            .note(D::Call, Some(view.call.name))
            .note(D::Sending, sending.map(|on| on.to_string())),
    ]
}
