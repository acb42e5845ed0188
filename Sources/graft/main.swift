import CommandLineInterface

await GraftCommand.start()
