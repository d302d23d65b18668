//! Properties that must hold for any timing of calls and responses.

use super::*;

/// Returns the times, in microseconds, at which a vendor counts calls with random starts and latencies.
async fn counted_at(limiter: &Arc<Limiter>, calls: u64, pause: u64, latency: u64) -> Vec<u64> {
    let (start, counted) = (Instant::now(), Arc::new(Mutex::new(Vec::new())));
    let mut tasks = Vec::new();
    for _ in 0..calls {
        let (limiter, counted) = (limiter.clone(), counted.clone());
        tasks.push(tokio::spawn(async move {
            let slot = limiter.slot("list", no_deadline()).await.unwrap();
            let (there, back) = (fastrand::u64(0..=latency), fastrand::u64(0..=latency));
            sleep(Duration::from_micros(there)).await;
            if fastrand::u8(0..20) == 0 {
                // The response is lost or the caller cancels, but the vendor counts the call when it arrives.
                drop(slot);
                sleep(Duration::from_micros(fastrand::u64(0..900_000))).await;
                return counted.lock().unwrap().push(start.elapsed().as_micros() as u64);
            }
            counted.lock().unwrap().push(start.elapsed().as_micros() as u64);
            sleep(Duration::from_micros(back)).await;
            slot.answered(StatusCode::OK, &Default::default(), None);
        }));
        if pause > 0 && fastrand::bool() {
            sleep(Duration::from_micros(fastrand::u64(0..pause))).await;
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let mut counted = Arc::into_inner(counted).unwrap().into_inner().unwrap();
    counted.sort_unstable();
    counted
}

#[tokio::test(start_paused = true)]
async fn no_window_of_any_phase_has_more_than_the_limit() {
    for seed in 0..300 {
        fastrand::seed(seed);
        let (limit, window) = (fastrand::u64(1..30), millis(fastrand::u64(1..20_000)));
        let on_the_clock = fastrand::bool();
        let limits = [match on_the_clock {
            true => RateLimit::on_the_clock(limit, window),
            false => RateLimit::counted(limit, window),
        }];
        let limiter = Limiter::new(&limits, &RateOptions::default()).unwrap();
        let pause = if fastrand::bool() { 0 } else { fastrand::u64(1..2_000_000) };
        let counted = counted_at(&limiter, limit * 8, pause, fastrand::u64(0..3_000_000)).await;
        // If a window contained more calls than the limit, two calls this far apart would be less than a window apart.
        let apart = counted.windows(limit as usize + 1).map(|calls| calls[limit as usize] - calls[0]).min();
        assert!(apart.unwrap() >= window.as_micros() as u64, "seed {seed}: {limit} in {window:?}, {apart:?}");
    }
}

/// A vendor whose windows begin at multiples of their length, by its own clock, which also dates its responses.
#[tokio::test(start_paused = true)]
async fn no_window_of_the_vendors_clock_has_more_than_the_limit() {
    for seed in 0..200 {
        fastrand::seed(seed);
        let (limit, window) = (fastrand::u64(1..40), seconds(fastrand::u64(2..30)));
        let limiter =
            Limiter::new(&[RateLimit::on_the_clock(limit, window)], &RateOptions::default()).unwrap();
        let (start, ahead) = (Instant::now(), fastrand::u64(0..100_000));
        let now = move || start.elapsed().as_millis() as u64 + ahead;
        let counts = Arc::new(Mutex::new(std::collections::HashMap::<u64, u64>::new()));
        let (window_ms, latency) = (window.as_millis() as u64, fastrand::u64(0..1500));
        let calls = (0..limit * 6).map(|_| {
            let (limiter, counts) = (limiter.clone(), counts.clone());
            tokio::spawn(async move {
                sleep(millis(fastrand::u64(0..60_000))).await;
                let slot = limiter.slot("list", no_deadline()).await.unwrap();
                sleep(millis(fastrand::u64(0..=latency))).await;
                *counts.lock().unwrap().entry(now() / window_ms).or_default() += 1;
                // A server may send a date that is up to one second old.
                let written = (now() - fastrand::u64(0..1000).min(now())) / 1000;
                let date = Timestamp::from_second(written as i64).unwrap();
                sleep(millis(fastrand::u64(0..=latency))).await;
                let dates = [(reqwest::header::DATE, format!("{date}").parse().unwrap())];
                slot.answered(StatusCode::OK, &dates.into_iter().collect(), None);
            })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap();
        }
        let most = counts.lock().unwrap().values().copied().max();
        assert!(most <= Some(limit), "seed {seed}: {most:?} of {limit} in {window:?}");
    }
}
