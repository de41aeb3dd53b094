"""The model: peers, isolation forests and calibration as plain arrays, and how they judge a panel.

Nothing here fits anything: `training.fit` does. What a file holds: `evidence` signals and quantities of a panel;
`tail` a frozen distribution; `peers` what is expected; `trees` packed isolation forests; `unit` one axis on one
kind of evidence; `model` all of them; `store` the files they are kept in.
"""
