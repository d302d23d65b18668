//! The filter language of the lists: `lastUsed le DATE` and `lastUsed isnull`, joined by `and`.

use jiff::Timestamp;

#[derive(Debug, PartialEq)]
enum Condition {
    UsedUntil(Timestamp),
    NeverUsed,
}

/// What a filter asks for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Filter(Vec<Condition>);

impl Filter {
    /// Reads a filter; nothing else is understood.
    pub(super) fn read(filters: &str) -> Option<Self> {
        let mut conditions = Vec::new();
        for condition in filters.split(" and ") {
            let words: Vec<&str> = condition.split_whitespace().collect();
            conditions.push(match words.as_slice() {
                ["lastUsed", "isnull"] => Condition::NeverUsed,
                ["lastUsed", "le", date] => Condition::UsedUntil(date.trim_matches('"').parse().ok()?),
                _ => return None,
            });
        }
        Some(Self(conditions))
    }

    pub(super) fn lets_through(&self, last_used: Option<Timestamp>) -> bool {
        self.0.iter().all(|condition| match condition {
            Condition::UsedUntil(date) => last_used.is_some_and(|used| used <= *date),
            Condition::NeverUsed => last_used.is_none(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_joined_by_and_only() {
        let day = |date: &str| date.parse::<Timestamp>().unwrap();
        let filter = Filter::read("lastUsed le 2026-02-05T10:59:27.214Z").unwrap();
        assert!(filter.lets_through(Some(day("2026-02-05T10:59:27.214Z"))));
        assert!(!filter.lets_through(Some(day("2026-02-05T10:59:27.215Z"))));
        assert!(!filter.lets_through(None));
        let both = Filter::read("lastUsed isnull and lastUsed le 2026-02-05T10:59:27.214Z").unwrap();
        assert!(!both.lets_through(None));
        for none in
            ["lastUsed isnull or lastUsed isnull", "name eq \"a\"", "lastUsed ge 2026-02-05T10:59:27Z", ""]
        {
            assert_eq!(Filter::read(none), None, "{none}");
        }
    }
}
