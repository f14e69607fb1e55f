//! What a call needs beside its own action.

use gardefou_iam::{Action, Resource};

use super::{Asked, Mapper, Need, globals, resource};
use crate::reference::{ActionFacts, Meaning};

/// Services that take a role under another name than their prefix.
const PASSED_TO: [(&str, &str); 24] = [
    ("apigateway", "apigateway.amazonaws.com"),
    ("autoscaling", "ec2.amazonaws.com"),
    ("batch", "batch.amazonaws.com"),
    ("bedrock", "bedrock.amazonaws.com"),
    ("cloudformation", "cloudformation.amazonaws.com"),
    ("codebuild", "codebuild.amazonaws.com"),
    ("codepipeline", "codepipeline.amazonaws.com"),
    ("datapipeline", "datapipeline.amazonaws.com"),
    ("ec2", "ec2.amazonaws.com"),
    ("ecs", "ecs-tasks.amazonaws.com"),
    ("eks", "eks.amazonaws.com"),
    ("elasticmapreduce", "elasticmapreduce.amazonaws.com"),
    ("events", "events.amazonaws.com"),
    ("firehose", "firehose.amazonaws.com"),
    ("glue", "glue.amazonaws.com"),
    ("lambda", "lambda.amazonaws.com"),
    ("pipes", "pipes.amazonaws.com"),
    ("rds", "rds.amazonaws.com"),
    ("redshift", "redshift.amazonaws.com"),
    ("sagemaker", "sagemaker.amazonaws.com"),
    ("scheduler", "scheduler.amazonaws.com"),
    ("ssm", "ssm.amazonaws.com"),
    ("states", "states.amazonaws.com"),
    ("transfer", "transfer.amazonaws.com"),
];

/// `iam:PassRole` for each role that the parameters name, and
/// `ec2:CreateTags` for tags given at a resource's making.
pub(super) fn needs(mapper: &Mapper<'_>, asked: &Asked<'_>) -> Vec<Need> {
    let source = asked.record.event_source();
    let meaning = mapper
        .reference
        .meaning(&source, &asked.record.event_name());
    let Meaning::Actions(actions) = meaning else {
        return Vec::new();
    };
    let facts = actions
        .iter()
        .filter_map(|action| mapper.reference.action(&action.to_lowercase()));
    facts
        .flat_map(|facts| of_action(mapper, asked, &facts))
        .collect()
}

fn of_action(mapper: &Mapper<'_>, asked: &Asked<'_>, facts: &ActionFacts<'_>) -> Vec<Need> {
    let mut needs = Vec::new();
    if passes_roles(facts) {
        needs.extend(roles(mapper, asked, facts));
    }
    if facts.dependents.contains(&"ec2:CreateTags") && asked.parameters.has("tagSpecificationSet") {
        needs.extend(create_tags(mapper, asked, facts));
    }
    needs
}

/// Whether a role in the parameters is passed. The reference lists it for most
/// actions that do; for some it is missing.
pub(crate) fn passes_roles(facts: &ActionFacts<'_>) -> bool {
    const MISSING: [&str; 3] = [
        "ecs:RegisterTaskDefinition",
        "ecs:RunTask",
        "lambda:UpdateFunctionConfiguration",
    ];
    facts.dependents.contains(&"iam:PassRole") || MISSING.contains(&facts.action)
}

/// A need for each role that is passed.
fn roles(mapper: &Mapper<'_>, asked: &Asked<'_>, facts: &ActionFacts<'_>) -> Vec<Need> {
    let Some(pass) = mapper.reference.action("iam:passrole") else {
        return Vec::new();
    };
    let mut arns: Vec<String> = asked
        .parameters
        .arns()
        .into_iter()
        .filter(|arn| arn.contains(":role/") && !arn.contains(":role/aws-service-role/"))
        .map(str::to_owned)
        .collect();
    // EMR and others name a role, not its ARN; an instance profile hides it.
    for name in ["serviceRole", "jobFlowRole", "iamInstanceProfile"] {
        let named = asked.parameters.text(&[name]);
        arns.extend(
            named
                .filter(|one| !one.starts_with("arn:"))
                .map(|_| resource::global(asked, "iam", "role/*")),
        );
    }
    arns.sort();
    arns.dedup();
    let prefix = facts.action.split(':').next().unwrap_or_default();
    let to = PASSED_TO.iter().find(|(known, _)| *known == prefix);
    let needs = arns.into_iter().filter_map(|arn| {
        let mut context = globals::context(asked);
        if let Some((_, service)) = to {
            context = context.with("iam:PassedToService", service);
        }
        Some(Need {
            action: Action::new(pass.action).ok()?,
            resource: Resource::like(&arn, None).ok()?,
            context,
            implied: true,
        })
    });
    needs.collect()
}

/// Tags at a resource's making need `ec2:CreateTags` on it.
fn create_tags(mapper: &Mapper<'_>, asked: &Asked<'_>, facts: &ActionFacts<'_>) -> Vec<Need> {
    let Some(tagging) = mapper.reference.action("ec2:createtags") else {
        return Vec::new();
    };
    if asked.parameters.tags().is_none_or(|tags| tags.is_empty()) {
        return Vec::new();
    }
    let name = facts.action.trim_start_matches("ec2:");
    let mut kinds = asked.parameters.all("resourceType");
    kinds.sort();
    kinds.dedup();
    let needs = kinds.iter().filter_map(|kind| {
        let arn = resource::regional(asked, "ec2", &format!("{kind}/*"));
        Some(Need {
            action: Action::new(tagging.action).ok()?,
            resource: Resource::like(&arn, None).ok()?,
            context: mapper
                .context(asked, &tagging, kind)
                .with("ec2:CreateAction", name),
            implied: true,
        })
    });
    needs.collect()
}
