//! A plan as files: AWS CLI lines, deny policies, Terraform.

use std::fmt::Write as _;

use gardefou_finding::{Holder, Plan, Thing, Untrusted};
use serde_json::{Map, Value, json};

/// A shell script of the plan's calls, with their undo as comments.
pub fn cli_script(plan: &Plan) -> String {
    let mut script = format!(
        "#!/bin/sh\n# {} of incident {}\n# {} steps. Without journal and without looking at the state first:\n\
         # `gardefou contain apply` does both.\nset -eu\n",
        plan.schema,
        comment(&plan.incident),
        plan.steps.len()
    );
    for step in &plan.steps {
        let _ = write!(
            script,
            "\n# {}: {}\n",
            step.id,
            comment(step.target.as_str())
        );
        if step.calls_follow_state {
            script.push_str("# what else is needed follows from what is found\n");
        }
        for call in &step.calls {
            let _ = writeln!(script, "{}", call.cli_line());
        }
        for call in &step.undo {
            let _ = writeln!(script, "# undo: {}", comment(&call.cli_line()));
        }
    }
    script
}

/// Text from outside in a comment: one line, nothing that steers.
fn comment(text: &str) -> String {
    Untrusted::new(text).escaped().into_owned()
}

/// The policies that a plan puts on somebody: kind of holder, name, policy name
/// and document.
fn denials(plan: &Plan) -> Vec<(&'static str, &str, &str, &Value)> {
    let of = |thing| match thing {
        &Thing::InlinePolicy {
            ref holder,
            ref name,
            document: Some(ref document),
        } => {
            let (kind, who) = match holder {
                Holder::User(who) => ("user", who),
                Holder::Role(who) => ("role", who),
                Holder::Group(who) => ("group", who),
            };
            Some((kind, who.as_str(), name.as_str(), document))
        }
        _ => None,
    };
    plan.steps
        .iter()
        .filter_map(|step| of(&step.thing))
        .collect()
}

/// The deny policies as JSON: for whom, under which name, the document.
pub fn deny_policies(plan: &Plan) -> Value {
    let policies: Vec<Value> = denials(plan)
        .into_iter()
        .map(|(kind, who, name, document)| {
            json!({"holder": kind, "holder_name": who, "policy_name": name, "policy": document})
        })
        .collect();
    json!({"incident": plan.incident, "policies": policies, "service_control_policy": plan.offered_scp})
}

/// The deny policies as Terraform's JSON syntax: new resources only, so that
/// nothing has to be imported.
pub fn terraform(plan: &Plan) -> Value {
    let mut resources: Map<String, Value> = Map::new();
    for (place, (kind, who, name, document)) in denials(plan).into_iter().enumerate() {
        let of_kind = resources
            .entry(format!("aws_iam_{kind}_policy"))
            .or_insert_with(|| json!({}));
        if let Some(of_kind) = of_kind.as_object_mut() {
            // `${` would be an expression to Terraform.
            let literal = |text: &str| text.replace("${", "$${").replace("%{", "%%{");
            of_kind.insert(
                format!("gardefou_{}", place + 1),
                json!({kind: literal(who), "name": literal(name), "policy": literal(&document.to_string())}),
            );
        }
    }
    json!({"resource": resources})
}
