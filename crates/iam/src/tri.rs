//! Three-valued logic (Kleene's): what is unknown stays unknown until
//! something certain settles it.

/// True, false, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tri {
    /// Certainly not.
    False,
    /// Both are possible.
    Unknown,
    /// Certainly.
    True,
}

impl Tri {
    /// Whether it is [`Tri::True`].
    pub fn is_true(self) -> bool {
        self == Self::True
    }

    /// Whether it is [`Tri::False`].
    pub fn is_false(self) -> bool {
        self == Self::False
    }

    /// Whether it is [`Tri::Unknown`].
    pub fn is_unknown(self) -> bool {
        self == Self::Unknown
    }

    /// False as soon as one is false; true when both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }

    /// True as soon as one is true; false when both are.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        !(!self).and(!other)
    }
}

impl std::ops::Not for Tri {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl From<bool> for Tri {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}
