//! How much of each long list a format shows.

/// How many of each are shown. What is cut is counted in the output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Identities of the tree.
    pub(crate) identities: usize,
    /// Addresses, user agents, regions, each.
    pub(crate) origins: usize,
    /// Titles of findings for a stage.
    pub(crate) titles: usize,
    /// Rows of the timeline; 0 leaves the timeline out.
    pub(crate) timeline: usize,
    /// Groups of resources.
    pub(crate) groups: usize,
    /// Resources listed one by one; 0 leaves the list out.
    pub(crate) resources: usize,
    /// Names in a group.
    pub(crate) names: usize,
    /// Whether the output is a page, which has room to name every region and
    /// account.
    pub(crate) page: bool,
    /// Rows of the cost table.
    pub(crate) costs: usize,
    /// Steps, after like ones are put together.
    pub(crate) steps: usize,
    /// Lines to paste for a step.
    pub(crate) commands: usize,
    /// Novelties.
    pub(crate) novelties: usize,
    /// Findings in a table of findings; 0 leaves those of incidents out.
    pub(crate) findings: usize,
    /// Findings outside incidents.
    pub(crate) outside: usize,
    /// Failures and skips listed one by one.
    pub(crate) failures: usize,
    /// Rules with matches; 0 leaves the section out.
    pub(crate) rules: usize,
    /// Incidents told in full.
    pub(crate) incidents: usize,
}

impl Limits {
    /// For a terminal; the first that fits is taken.
    pub(crate) const TERMINAL: [Self; 3] = [
        Self {
            names: 3,
            commands: 3,
            ..Self::SHORT
        },
        Self::SHORT,
        Self {
            identities: 6,
            origins: 2,
            titles: 1,
            groups: 12,
            names: 1,
            steps: 14,
            commands: 2,
            novelties: 3,
            outside: 6,
            ..Self::SHORT
        },
    ];

    const SHORT: Self = Self {
        identities: 8,
        origins: 3,
        titles: 2,
        timeline: 0,
        groups: 20,
        names: 2,
        resources: 0,
        page: false,
        costs: 8,
        steps: 16,
        commands: 3,
        novelties: 5,
        findings: 0,
        outside: 10,
        failures: 5,
        rules: 0,
        incidents: 10,
    };

    /// For an issue or a wiki page.
    pub(crate) const MARKDOWN: Self = Self {
        identities: 50,
        origins: 10,
        titles: 4,
        timeline: 60,
        groups: 100,
        names: 5,
        resources: 0,
        page: true,
        costs: 20,
        steps: 200,
        commands: 200,
        novelties: 20,
        findings: 60,
        outside: 100,
        failures: 50,
        rules: 200,
        incidents: 100,
    };

    /// For a page that folds what is long.
    pub(crate) const PAGE: Self = Self {
        identities: 200,
        origins: 50,
        titles: 6,
        timeline: 500,
        groups: 500,
        names: 8,
        resources: 500,
        page: true,
        costs: 200,
        steps: 1_000,
        commands: 5_000,
        novelties: 100,
        findings: 500,
        outside: 1_000,
        failures: 200,
        rules: 1_000,
        incidents: 200,
    };
}
