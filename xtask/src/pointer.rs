//! JSON pointers, by which every message says where in a document it is.

use std::fmt;

/// A name as one segment of a pointer.
pub(crate) fn escape(name: &str) -> String {
    // Hardly a name has one, and every name of a document comes through here.
    if name.as_bytes().contains(&b'~') || name.as_bytes().contains(&b'/') {
        name.replace('~', "~0").replace('/', "~1")
    } else {
        name.to_owned()
    }
}

/// The name that a segment of a pointer stands for.
pub(crate) fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// Runs `inside` with the pointer to a member of what `place` points to.
pub(crate) fn at_member<T>(place: &mut String, name: &str, inside: impl FnOnce(&mut String) -> T) -> T {
    let length = place.len();
    place.push('/');
    place.push_str(&escape(name));
    let result = inside(place);
    place.truncate(length);
    result
}

/// Where a walk is. It becomes a pointer only where somebody asks: a walk asks at few of the places that it passes.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// What the walk began with.
    Start,
    /// A member of an object.
    Member(&'a Place<'a>, &'a str),
    /// An item of a list.
    Item(&'a Place<'a>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => Ok(()),
            Self::Member(outer, name) => write!(f, "{outer}/{}", escape(name)),
            Self::Item(outer, index) => write!(f, "{outer}/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_survives_being_a_segment() {
        for name in ["/a/{b}", "~", "~1", "~01", "", "a b"] {
            let segment = escape(name);
            assert_eq!(unescape(&segment), name);
            assert!(!segment.contains('/'));
        }
    }

    #[test]
    fn a_place_in_a_walk_is_a_pointer() {
        let paths = Place::Member(&Place::Start, "paths");
        let place = Place::Member(&paths, "/a/{b}");
        assert_eq!(Place::Item(&place, 2).to_string(), "/paths/~1a~1{b}/2");
        assert_eq!(Place::Start.to_string(), "");
    }

    #[test]
    fn a_place_is_what_it_was_after_a_look_inside() {
        let mut place = String::from("/paths");
        assert_eq!(at_member(&mut place, "/a", |inner| inner.clone()), "/paths/~1a");
        assert_eq!(place, "/paths");
    }
}
