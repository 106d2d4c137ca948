// Starts `hermesc lsp` for blueprints; everything else is said by the server.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const command = workspace.getConfiguration("hermes").get("path");
  client = new LanguageClient("hermes", "Hermes", { command, args: ["lsp"] },
                              { documentSelector: [{ language: "hermes" }] });
  return client.start();
};

exports.deactivate = () => client && client.stop();
