"""Files on their way into a conversation: chips, the panel, dropping and pasting, what is sent of them.

Qt only. What is done with a file's bytes is behind `seam`.
"""
