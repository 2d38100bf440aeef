-- What DIGIT said when it was asked before money was given back; null where it is not asked.
alter table tahsil.decisions add column digit_said text check (length(digit_said) <= 500);
