@problemName small
@classLabel true yes no
1,2:yes
