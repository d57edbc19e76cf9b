@problemName small
@timeStamps false
@dimensions 0
@equalLength false
@classLabel true yes no
@data
1,2:yes
