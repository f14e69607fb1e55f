//! The checks' ids, and what each can say. The sentences are in the reports' catalogue.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in outputs and file names.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// Id of a check; its page is `docs/checks/change/<id>.md`.
    CheckId {
        /// Text that tells an agent to do harm.
        AgentPrompt => "agent-prompt",
        /// An agent started without a hand on it.
        AgentRun => "agent-run",
        /// Configuration that lets an agent or editor run things.
        AgentConfig => "agent-config",
        /// Commands that destroy.
        DestructiveCommand => "destructive-command",
        /// A build that fetches what can change.
        BuildFetch => "build-fetch",
        /// Secrets or the environment sent to a host, or a shell handed to one.
        Exfiltration => "exfiltration",
        /// A command that runs when a package is installed.
        InstallHook => "install-hook",
        /// A workflow that strangers can steer.
        Workflow => "workflow",
        /// A secret.
        Secret => "secret",
        /// Text that people cannot see.
        HiddenText => "hidden-text",
        /// A dependency that deserves a look.
        Dependency => "dependency",
        /// A package that advisories call malicious.
        MaliciousDependency => "malicious-dependency",
        /// A package with a known weakness.
        VulnerableDependency => "vulnerable-dependency",
        /// A package that was published a short while ago.
        DependencyAge => "dependency-age",
        /// A package whose name imitates a popular one.
        DependencyName => "dependency-name",
        /// A package from another place than its own.
        DependencySource => "dependency-source",
        /// A package whose digest changed or is missing.
        DependencyIntegrity => "dependency-integrity",
        /// A lock file that does not say what its manifest says.
        DependencyLock => "dependency-lock",
        /// An action that another owner takes over.
        ActionOwner => "action-owner",
        /// A file whose content nobody can review.
        OpaqueFile => "opaque-file",
        /// A security feature that quietly goes off.
        WeakenedProbe => "weakened-probe",
        /// A commit that is not what it says.
        CommitProvenance => "commit-provenance",
        /// A file of an artifact that its source does not explain.
        ArtifactSource => "artifact-source",
        /// Who signed a commit.
        CommitSignature => "commit-signature",
        /// Who else looked at it.
        Review => "review",
        /// What protects the branch.
        BranchProtection => "branch-protection",
        /// The gate's own configuration.
        GateConfig => "gate-config",
    }
}

words! {
    /// What a check saw.
    Reason {
        /// An agent is told to destroy.
        PromptDestruction => "prompt-destruction",
        /// An agent is told to send secrets away.
        PromptExfiltration => "prompt-exfiltration",
        /// An agent is told to open a hole or wave one through.
        PromptBackdoor => "prompt-backdoor",
        /// An agent is told to run what it fetches.
        PromptExecution => "prompt-execution",
        /// An agent is told to forget its instructions.
        PromptOverride => "prompt-override",
        /// An agent is told to keep something from people.
        PromptHiding => "prompt-hiding",
        /// An agent runs with every permission.
        AgentBypass => "agent-bypass",
        /// An agent runs with every permission, and its prompt comes from outside.
        AgentBypassUntrusted => "agent-bypass-untrusted",
        /// Configuration takes the permission prompts away.
        ConfigBypass => "config-bypass",
        /// Configuration runs a command without being asked.
        ConfigHook => "config-hook",
        /// Configuration runs a command that fetches or hides something.
        ConfigHookRemote => "config-hook-remote",
        /// A tool server is started from a package that is not pinned.
        ConfigServer => "config-server",
        /// Deletes a home directory, a disk or a system.
        DestroySystem => "destroy-system",
        /// Deletes cloud resources.
        DestroyCloud => "destroy-cloud",
        /// Finds and deletes cloud resources, whatever they are.
        DestroyCloudAll => "destroy-cloud-all",
        /// A build writes what it fetches over source or artifact.
        FetchIntoSource => "fetch-into-source",
        /// A build runs what it fetches.
        FetchAndRun => "fetch-and-run",
        /// Fetches from a reference that can change.
        FetchMutable => "fetch-mutable",
        /// Runs what was decoded.
        DecodeAndRun => "decode-and-run",
        /// Secrets or the environment are sent to a host.
        SecretsSent => "secrets-sent",
        /// A shell is handed to a host.
        ReverseShell => "reverse-shell",
        /// A command runs at install.
        HookInstall => "hook-install",
        /// A command runs at install, and fetches, hides or reads secrets.
        HookInstallRemote => "hook-install-remote",
        /// A stranger's text becomes part of a script.
        WorkflowInjection => "workflow-injection",
        /// A stranger's code runs with the repository's rights.
        WorkflowPwnRequest => "workflow-pwn-request",
        /// A job that trusts who acted last to be a bot.
        WorkflowBot => "workflow-bot",
        /// An action by a reference that can change.
        WorkflowMutableAction => "workflow-mutable-action",
        /// More rights than needed.
        WorkflowPermissions => "workflow-permissions",
        /// A machine of one's own, for strangers.
        WorkflowSelfHosted => "workflow-self-hosted",
        /// An AI action that strangers steer.
        WorkflowAi => "workflow-ai",
        /// Secrets leave the workflow.
        WorkflowSecretsLeave => "workflow-secrets-leave",
        /// A credential.
        SecretToken => "secret-token",
        /// A credential that CloudTrail saw at work in an incident.
        SecretUsed => "secret-used",
        /// A private key.
        SecretPrivateKey => "secret-private-key",
        /// Characters that reorder text.
        HiddenBidi => "hidden-bidi",
        /// Tag characters or selectors that hide text.
        HiddenTags => "hidden-tags",
        /// Zero-width characters.
        HiddenZeroWidth => "hidden-zero-width",
        /// Letters of another script in a word.
        HiddenHomoglyph => "hidden-homoglyph",
        /// Code far off the screen.
        HiddenOffscreen => "hidden-offscreen",
        /// A new dependency of an early version.
        DependencyNew => "dependency-new",
        /// A dependency from elsewhere than its registry.
        DependencyElsewhere => "dependency-elsewhere",
        /// A name close to a popular one.
        DependencyTyposquat => "dependency-typosquat",
        /// A dependency whose last use goes while it stays.
        DependencyUnused => "dependency-unused",
        /// Lock file and manifest disagree.
        DependencyDisagrees => "dependency-disagrees",
        /// Advisories call the package malicious.
        DependencyMalicious => "dependency-malicious",
        /// Advisories know a weakness of the version.
        DependencyVulnerable => "dependency-vulnerable",
        /// Advisories say that nobody keeps the package, or to take care.
        DependencyNotice => "dependency-notice",
        /// Advisories name the package, and the version cannot be compared.
        DependencyUncomparable => "dependency-uncomparable",
        /// Published a short while ago.
        DependencyYoung => "dependency-young",
        /// From another place than before.
        DependencySourceChanged => "dependency-source-changed",
        /// A file of another package or version than the entry says.
        DependencyMismatch => "dependency-mismatch",
        /// A name of a private family from a public registry.
        DependencyConfusion => "dependency-confusion",
        /// Another digest for the same version.
        DependencyIntegrityChanged => "dependency-integrity-changed",
        /// No digest.
        DependencyIntegrityMissing => "dependency-integrity-missing",
        /// An action of the same name, by another owner.
        ActionOwner => "action-owner",
        /// A binary whose content nobody reviews.
        OpaqueBinary => "opaque-binary",
        /// A program among the sources.
        OpaqueProgram => "opaque-program",
        /// A link that leaves the tree.
        LinkOutside => "link-outside",
        /// A build input is hidden from version control.
        IgnoredBuildInput => "ignored-build-input",
        /// A probe that cannot succeed.
        ProbeBroken => "probe-broken",
        /// A protection is switched off.
        ProtectionOff => "protection-off",
        /// Author time and subject of the parent, by another author.
        CommitCloned => "commit-cloned",
        /// Author time of the parent, by another author.
        CommitClonedTime => "commit-cloned-time",
        /// The message does not fit what is changed.
        CommitMessage => "commit-message",
        /// The committer was never seen on the release line.
        CommitterNew => "committer-new",
        /// All others came through the merge queue.
        CommitOutsideQueue => "commit-outside-queue",
        /// No signature, where signing is the rule.
        SignatureMissing => "signature-missing",
        /// A signature that is not of this commit.
        SignatureBad => "signature-bad",
        /// A good signature by a key that may not sign.
        SignatureUnknownSigner => "signature-unknown-signer",
        /// Fewer approvals than the paths need.
        ReviewMissing => "review-missing",
        /// An approval that proves nothing.
        ReviewInvalid => "review-invalid",
        /// An approval by one of the authors.
        ReviewOwn => "review-own",
        /// Pushes need no review.
        BranchUnreviewed => "branch-unreviewed",
        /// Approvals outlive later pushes.
        BranchStaleReviews => "branch-stale-reviews",
        /// The last to push may be the one who approves.
        BranchLastPush => "branch-last-push",
        /// Owners of code need not agree.
        BranchOwners => "branch-owners",
        /// Some may pass by the reviews.
        BranchBypass => "branch-bypass",
        /// The rules do not bind administrators.
        BranchAdmins => "branch-admins",
        /// History may be rewritten.
        BranchForcePush => "branch-force-push",
        /// The branch may be deleted.
        BranchDeletion => "branch-deletion",
        /// No check has to pass.
        BranchUnchecked => "branch-unchecked",
        /// Commits need no signatures.
        BranchUnsigned => "branch-unsigned",
        /// A suppression matches nothing.
        SuppressionStale => "suppression-stale",
        /// A suppression is past its end.
        SuppressionExpired => "suppression-expired",
        /// The change touches the gate's configuration.
        GateChanged => "gate-changed",
        /// Part of the artifact that the source does not have.
        ArtifactExtra => "artifact-extra",
        /// Part of the artifact that differs from the source.
        ArtifactDiffers => "artifact-differs",
    }
}
