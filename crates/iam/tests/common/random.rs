//! Random cases, each from a seed: small worlds, so that things meet.

use serde_json::{Map, Value, json};

const PRINCIPALS: [&str; 12] = [
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:user/team/bob",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:sts::111122223333:assumed-role/app/run",
    "arn:aws:sts::111122223333:assumed-role/app/other",
    "arn:aws:sts::111122223333:federated-user/bob",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:user/alice",
    "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForX/x",
    "lambda.amazonaws.com",
    "anonymous",
    "arn:aws:iam::111122223333:oidc-provider/gitlab.com",
];
const NAMED: [&str; 10] = [
    "*",
    "111122223333",
    "444455556666",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:iam::111122223333:role/team/app",
    "arn:aws:sts::111122223333:assumed-role/app/run",
    "arn:aws:sts::111122223333:federated-user/bob",
    "arn:aws:iam::444455556666:user/alice",
];
const ACTIONS: [&str; 6] = [
    "s3:GetObject",
    "s3:PutObject",
    "sqs:SendMessage",
    "sts:AssumeRole",
    "kms:Decrypt",
    "sts:GetCallerIdentity",
];
const ACTION_PATTERNS: [&str; 9] = [
    "*",
    "s3:*",
    "S3:get*",
    "s3:?etObject",
    "*:*",
    "sqs:Send*",
    "sts:AssumeRole",
    "kms:*",
    "s3:PutObject",
];
const RESOURCES: [&str; 8] = [
    "arn:aws:s3:::data/alice/x",
    "arn:aws:s3:::data/red",
    "arn:aws:s3:::data/*",
    "arn:aws:sqs:eu-west-1:111122223333:jobs",
    "arn:aws:sqs:eu-west-1:444455556666:jobs",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:kms:eu-west-1:111122223333:key/1",
    "*",
];
const RESOURCE_PATTERNS: [&str; 12] = [
    "*",
    "*",
    "arn:aws:s3:::data/*",
    "arn:aws:s3:::*/red",
    "arn:aws:s3:::data/re?",
    "arn:aws:sqs:*:*:jobs",
    "arn:aws:sqs:*jobs",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:s3:::data/${aws:username}/*",
    "arn:aws:s3:::data/${aws:PrincipalTag/team}",
    "arn:aws:s3:::data/${aws:PrincipalTag/team, 'red'}",
    "arn:aws:s3:::data/${*}",
];
const TEXTS: [&str; 6] = ["red", "Red", "blue", "re*", "", "*"];
const TEXT_OPERATORS: [&str; 6] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
];
const ORDERS: [&str; 6] = [
    "Equals",
    "NotEquals",
    "LessThan",
    "LessThanEquals",
    "GreaterThan",
    "GreaterThanEquals",
];
const NUMBERS: [&str; 4] = ["1", "2", "2.5", "10"];
const DATES: [&str; 3] = [
    "2026-01-01T00:00:00Z",
    "2026-06-01T00:00:00Z",
    "2027-01-01T00:00:00Z",
];
const ADDRESSES: [&str; 4] = ["10.0.0.1", "10.1.2.3", "192.0.2.1", "2001:db8::1"];
const RANGES: [&str; 5] = [
    "10.0.0.0/8",
    "10.1.0.0/16",
    "192.0.2.1",
    "0.0.0.0/0",
    "2001:db8::/32",
];
const ARNS: [&str; 3] = [
    "arn:aws:sns:eu-west-1:111122223333:alerts",
    "arn:aws:sns:eu-west-1:111122223333:a:b",
    "alerts",
];
const ARN_PATTERNS: [&str; 5] = [
    "arn:aws:sns:*:*:*",
    "arn:aws:sns:*:111122223333:al*",
    "arn:aws:sns:*:b",
    "*",
    "arn:aws:sns:eu-west-?:111122223333:alerts",
];

/// Keys whose value may be listed as not known, with all their classes of
/// values in the small world.
pub(crate) fn universe(key: &str) -> Vec<Value> {
    let mut values = vec![Value::Null];
    match key {
        "aws:PrincipalTag/team" => {
            let other = ["RED", "BLUE", "rex", "other", "re", "alice/x"];
            values.extend(TEXTS.iter().chain(&other).map(|it| json!(it)));
        }
        "x:Number" => {
            values.extend(["0", "1", "1.5", "2", "2.2", "2.5", "3", "10", "11"].map(Value::from))
        }
        "x:Bool" => values.extend(["true", "false"].map(Value::from)),
        "aws:SourceIp" => values.extend(
            [
                "10.0.0.1",
                "10.1.2.3",
                "192.0.2.1",
                "8.8.8.8",
                "2001:db8::1",
                "::1",
            ]
            .map(Value::from),
        ),
        other => panic!("no universe of {other}"),
    }
    values
}

/// A source of small random numbers (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    /// From a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self((seed ^ 0x9e37_79b9_7f4a_7c15).max(1))
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(mixed).unwrap() % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len())]
    }

    fn picks(&mut self, list: &[&str], most: usize) -> Value {
        let count = 1 + self.roll(most);
        let picked: Vec<&str> = (0..count).map(|_| self.pick(list)).collect();
        if count == 1 && self.one_in(2) {
            json!(picked[0])
        } else {
            json!(picked)
        }
    }

    /// A case in the JSON form of `docs/iam.md`.
    pub(crate) fn case(&mut self) -> Value {
        let mut case = json!({"request": self.request()});
        let map = case.as_object_mut().unwrap();
        map.insert("identity_policies".into(), self.policies(3, false));
        if self.one_in(2) {
            map.insert("resource_policy".into(), self.policy(true, 3));
        }
        if self.one_in(4) {
            map.insert("permissions_boundaries".into(), self.policies(2, false));
        }
        if self.one_in(4) {
            map.insert("session_policies".into(), self.policies(2, false));
        }
        if self.one_in(4) {
            map.insert("service_control_policies".into(), self.levels(false));
        }
        if self.one_in(5) {
            map.insert("resource_control_policies".into(), self.levels(true));
        }
        if self.one_in(6) {
            let policy = self.policy(true, 2);
            map.insert("endpoint_policies".into(), json!([policy]));
        }
        case
    }

    fn request(&mut self) -> Value {
        let mut request = json!({
            "principal": self.pick(&PRINCIPALS),
            "action": self.pick(&ACTIONS),
            "resource": self.pick(&RESOURCES),
            "context": self.context(),
        });
        if self.one_in(3) {
            request["resource_account"] = json!(self.pick(&["111122223333", "444455556666"]));
        }
        request
    }

    fn context(&mut self) -> Value {
        let mut context = Map::new();
        let mut maybe = |dice: &mut Self, key: &str, list: &[&str]| {
            if dice.one_in(2) {
                context.insert(key.into(), json!(dice.pick(list)));
            }
        };
        maybe(self, "aws:PrincipalTag/team", &TEXTS);
        maybe(self, "x:Number", &NUMBERS);
        maybe(self, "x:Date", &DATES);
        maybe(self, "x:Bool", &["true", "false"]);
        maybe(self, "aws:SourceIp", &ADDRESSES);
        maybe(self, "aws:SourceArn", &ARNS);
        if self.one_in(2) {
            context.insert("x:Set".into(), self.picks(&["red", "blue", "green", ""], 3));
        }
        context.into()
    }

    /// Lists a key as not known, and takes care that the policies test it only
    /// in ways whose classes of values can be listed.
    pub(crate) fn case_with_unknown(&mut self) -> Value {
        let mut case = self.case();
        let keys = [
            "aws:PrincipalTag/team",
            "x:Number",
            "x:Bool",
            "aws:SourceIp",
        ];
        let count = 1 + self.roll(2);
        let start = self.roll(keys.len());
        let unknown: Vec<&str> = (0..count)
            .map(|at| keys[(start + at) % keys.len()])
            .collect();
        let context = case["request"]["context"].as_object_mut().unwrap();
        context.retain(|key, _| !unknown.contains(&key.as_str()));
        case["request"]["context_unknown"] = json!(unknown);
        let mut statement = self.statement(false);
        statement.as_object_mut().unwrap().remove("NotAction");
        statement["Action"] = json!("*");
        statement["Condition"] = self.condition_on(unknown[0]);
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
        case["identity_policies"]
            .as_array_mut()
            .unwrap()
            .push(policy);
        case
    }

    fn policies(&mut self, most: usize, is_resource: bool) -> Value {
        let count = self.roll(most + 1);
        let list = (0..count).map(|at| {
            let policy = self.policy(is_resource, 3);
            json!({"name": format!("p{at}"), "policy": policy})
        });
        list.collect()
    }

    fn levels(&mut self, is_resource: bool) -> Value {
        let count = 1 + self.roll(2);
        let levels = (0..count).map(|at| {
            let mut statements = vec![];
            if !self.one_in(4) {
                statements.push(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
            }
            statements.extend((0..self.roll(2)).map(|_| self.statement(false)));
            if statements.is_empty() {
                statements.push(self.statement(false));
            }
            for statement in &mut statements {
                if is_resource {
                    statement["Principal"] = json!("*");
                }
            }
            let policy = json!({"Version": "2012-10-17", "Statement": statements});
            json!({"level": format!("l{at}"), "policies": [{"name": "c", "policy": policy}]})
        });
        levels.collect()
    }

    fn policy(&mut self, is_resource: bool, most: usize) -> Value {
        let count = 1 + self.roll(most);
        let statements: Vec<Value> = (0..count).map(|_| self.statement(is_resource)).collect();
        let mut policy = json!({"Statement": statements});
        if !self.one_in(10) {
            policy["Version"] = json!("2012-10-17");
        }
        policy
    }

    fn statement(&mut self, is_resource: bool) -> Value {
        let effect = if self.one_in(4) { "Deny" } else { "Allow" };
        let mut statement = json!({"Effect": effect});
        let action = if self.one_in(5) {
            "NotAction"
        } else {
            "Action"
        };
        statement[action] = self.picks(&ACTION_PATTERNS, 2);
        let resource = if self.one_in(6) {
            "NotResource"
        } else {
            "Resource"
        };
        statement[resource] = self.picks(&RESOURCE_PATTERNS, 2);
        if is_resource {
            let name = if self.one_in(6) {
                "NotPrincipal"
            } else {
                "Principal"
            };
            statement[name] = self.principal();
        }
        if self.one_in(2) {
            statement["Condition"] = self.conditions();
        }
        statement
    }

    fn principal(&mut self) -> Value {
        match self.roll(8) {
            0 => json!("*"),
            1 => json!({"Service": "lambda.amazonaws.com"}),
            2 => json!({"AWS": self.picks(&NAMED, 3), "Service": ["lambda.amazonaws.com"]}),
            3 => json!({"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}),
            _ => json!({"AWS": self.picks(&NAMED, 4)}),
        }
    }

    fn conditions(&mut self) -> Value {
        let mut conditions = Map::new();
        for _ in 0..=self.roll(2) {
            let (operator, key, values) = self.condition();
            conditions.insert(operator, json!({key: values}));
        }
        conditions.into()
    }

    fn condition_on(&mut self, wanted: &str) -> Value {
        loop {
            let (operator, key, values) = self.condition();
            if key == wanted {
                return json!({operator: {key: values}});
            }
        }
    }

    fn condition(&mut self) -> (String, &'static str, Value) {
        let (operator, key, values) = match self.roll(9) {
            0 | 1 => {
                let operator = self.pick(&TEXT_OPERATORS).to_owned();
                (operator, "aws:PrincipalTag/team", self.picks(&TEXTS, 2))
            }
            2 => {
                let set = self.pick(&["ForAllValues:", "ForAnyValue:", ""]);
                let operator = format!("{set}{}", self.pick(&TEXT_OPERATORS));
                (operator, "x:Set", self.picks(&["red", "blue", "r*", ""], 2))
            }
            3 => {
                let operator = format!("Numeric{}", self.pick(&ORDERS));
                (operator, "x:Number", self.picks(&NUMBERS, 2))
            }
            4 => {
                let operator = format!("Date{}", self.pick(&ORDERS));
                (operator, "x:Date", self.picks(&DATES, 2))
            }
            5 => (
                "Bool".to_owned(),
                "x:Bool",
                self.picks(&["true", "false"], 1),
            ),
            6 => {
                let operator = self.pick(&["IpAddress", "NotIpAddress"]).to_owned();
                (operator, "aws:SourceIp", self.picks(&RANGES, 2))
            }
            7 => {
                let operator = self.pick(&["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"]);
                (
                    operator.to_owned(),
                    "aws:SourceArn",
                    self.picks(&ARN_PATTERNS, 2),
                )
            }
            _ => {
                let key = self.roll(4);
                let key = [
                    "aws:PrincipalTag/team",
                    "x:Bool",
                    "x:Set",
                    "aws:PrincipalArn",
                ][key];
                return ("Null".to_owned(), key, self.picks(&["true", "false"], 1));
            }
        };
        if self.one_in(4) {
            (format!("{operator}IfExists"), key, values)
        } else {
            (operator, key, values)
        }
    }
}
