"""What runs on a node, shipped there by Ansible: nothing but the standard library and its neighbours."""
