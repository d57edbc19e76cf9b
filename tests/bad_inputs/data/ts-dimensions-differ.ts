@problemName small
@timeStamps false
@dimensions 2
@equalLength false
@classLabel true yes no
@data
1,2,3:1,2,3:yes
3,2,1:no
