select licence || '-' || port as licence_no, ended is null as is_serving from licences
