//! JSON pointers, by which every message says where in a document it is.

/// A name as one segment of a pointer.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
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
    fn a_place_is_what_it_was_after_a_look_inside() {
        let mut place = String::from("/paths");
        assert_eq!(at_member(&mut place, "/a", |inner| inner.clone()), "/paths/~1a");
        assert_eq!(place, "/paths");
    }
}
