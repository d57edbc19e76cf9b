@classLabel yes no
@data
1,2:yes
