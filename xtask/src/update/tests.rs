//! Whatever is published, our text has its structure afterwards, and what it did not touch is as it was.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::{schema::members, structure, yaml::Kind};

/// Our document, with a comment above each member that begins a line: its place.
fn commented(text: &str) -> String {
    fn places(node: &yaml::Node, place: &mut String, found: &mut Vec<(usize, String)>) {
        match &node.kind {
            Kind::Map { entries, .. } => {
                for entry in entries {
                    crate::pointer::at_member(place, &entry.key, |place| {
                        found.push((entry.key_start, place.clone()));
                        places(&entry.value, place, found);
                    });
                }
            }
            Kind::List { items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    crate::pointer::at_member(place, &index.to_string(), |place| {
                        places(&item.value, place, found);
                    });
                }
            }
            Kind::Scalar => {}
        }
    }

    let mut found = Vec::new();
    places(&yaml::read(text).unwrap(), &mut String::new(), &mut found);
    let mut written = text.to_owned();
    for (start, place) in found.into_iter().rev() {
        let line = written[..start].rfind('\n').map_or(0, |end| end + 1);
        let indent = written[line..start].to_owned();
        if indent.trim().is_empty() {
            written.insert_str(line, &format!("{indent}# {place}\n"));
        }
    }
    written
}

/// Numbers that are the same in every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound as u64)).unwrap()
    }
}

/// Changes something that is structure, below this place.
fn mutate(value: &mut Value, random: &mut Seeded) {
    let new = [
        json!({"type": "string", "description": "words of theirs", "maxLength": 7}),
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": ["integer", "null"]}, "description": {}}}),
        json!({"type": "array", "items": {"type": "object", "properties": {"x": {"enum": ["on", "#", ""]}}}}),
        json!({"allOf": [{"type": "object", "title": "another of theirs"}], "nullable": true}),
    ];
    let new = new[random.below(new.len())].clone();
    let goes_on = random.below(6) > 0;
    match value {
        Value::Object(map) if !map.is_empty() => {
            let key = map.keys().nth(random.below(map.len())).unwrap().clone();
            match random.below(4) {
                _ if goes_on => mutate(&mut map[&key], random),
                0 => drop(map.remove(&key)),
                1 => drop(map.insert("maxLength".into(), json!(random.below(9)))),
                2 => drop(map.insert(format!("{key}Too"), new)),
                _ => drop(map.insert(key, new)),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let index = random.below(items.len());
            match random.below(4) {
                _ if goes_on => mutate(&mut items[index], random),
                0 => drop(items.remove(index)),
                1 => items.insert(index, json!("another")),
                2 => items.reverse(),
                _ => items[index] = new,
            }
        }
        Value::String(text) => text.push('2'),
        Value::Bool(value) => *value = !*value,
        value => *value = json!(3),
    }
}

/// The places of all members that are in both, with all that is around them, but for items of lists, which move.
fn in_both(old: &Value, new: &Value, place: &mut String, found: &mut BTreeSet<String>) {
    for (key, old) in members(old) {
        if let Some(new) = new.get(key) {
            crate::pointer::at_member(place, key, |place| {
                found.insert(place.clone());
                in_both(old, new, place, found);
            });
        }
    }
}

fn comments(text: &str) -> BTreeSet<&str> {
    text.lines().map(str::trim_start).filter(|line| line.starts_with("# ")).collect()
}

fn specs() -> Vec<Vendor> {
    Vendor::all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs")).unwrap()
}

#[test]
fn whatever_is_published_is_taken_in_and_nothing_else_is_touched() {
    const SEEDS: u64 = 12;

    let (mut taken, mut refused) = (0, 0);
    for vendor in specs() {
        let text = commented(&std::fs::read_to_string(vendor.document()).unwrap());
        let ours = Text { path: vendor.document(), value: document::parse_yaml(&text).unwrap(), text };
        let order: Order = document::parse_yaml(&ours.text).unwrap();
        let upstream = &vendor.config.upstream[0];
        let slice = slice::kept(&ours.value, upstream);
        for seed in 1..=SEEDS {
            let mut random = Seeded(seed);
            let mut changed = slice.clone();
            for _ in 0..=seed % 4 {
                let part = ["paths", "components", "components", "servers"][random.below(4)];
                mutate(&mut changed[part], &mut random);
            }
            let path = PathBuf::from("published.json");
            let published = Published { path, value: changed, order: order.clone() };
            let has_all = upstream.operations.values().all(|name| verify::has(&published.value, name));
            let Ok(theirs) = verify::published_slice(&published.value, upstream) else {
                refused += 1;
                continue;
            };
            if !has_all {
                refused += 1;
                continue;
            }
            let name = format!("{} {seed}", vendor.name);
            let updated = update(&vendor, upstream, &ours, &published)
                .unwrap_or_else(|problem| panic!("{name}: {problem}"));
            taken += 1;

            let kept = slice::kept(&updated.document, upstream);
            let (_, differences) = verify::compare_slices(&kept, &theirs, true);
            assert!(differences.is_empty(), "{name}: {differences:?}");
            // What the vendor says where names are expected is a name.
            let names = structure::of(&theirs).to_string();
            for prose in ["words of theirs", "another of theirs"] {
                assert!(!updated.text.contains(prose) || names.contains(prose), "{name}: {prose}");
            }

            let mut places = BTreeSet::new();
            in_both(&ours.value, &updated.document, &mut String::new(), &mut places);
            let (had, has) = (comments(&ours.text), comments(&updated.text));
            for place in &places {
                let comment = format!("# {place}");
                assert_eq!(
                    had.contains(comment.as_str()),
                    has.contains(comment.as_str()),
                    "{name}: {place} was touched"
                );
                if place.ends_with("/description") && ours.value.pointer(place).is_some_and(Value::is_string)
                {
                    assert_eq!(ours.value.pointer(place), updated.document.pointer(place), "{name}");
                }
            }
            assert!(has.is_subset(&had), "{name}");

            let ours = Text { path: ours.path.clone(), text: updated.text, value: updated.document };
            let again = update(&vendor, upstream, &ours, &published).unwrap();
            assert!(again.text == ours.text, "{name}: a second run changes something");
            assert!(again.differences.is_empty() && again.notes.prose.is_empty(), "{name}");
        }
    }
    assert!(taken > 30 && refused > 0, "{taken} taken, {refused} refused");
}
