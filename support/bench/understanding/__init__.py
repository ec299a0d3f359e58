"""What the benchmark of understanding is made of: exams, measures, bars, a probe of its cost, ablation."""
